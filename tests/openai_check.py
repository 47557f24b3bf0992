"""What the Chat Completions API refuses, as a pure function.

openai_sim.py answers HTTP 400 with what is raised here. It is at least as strict as the real API
is documented to be, so that a request that passes here is not the one that fails in production.
"""
import re

NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
MAX_CALL_ID = 40

NUMBER = (int, float)
TOP_LEVEL = {
    "model": str, "messages": list, "tools": list, "tool_choice": (str, dict),
    "parallel_tool_calls": bool, "stream": bool, "stream_options": dict,
    "max_completion_tokens": int, "temperature": NUMBER, "top_p": NUMBER, "n": int,
    "stop": (str, list), "seed": int, "user": str, "safety_identifier": str,
    "prompt_cache_key": str, "metadata": dict, "store": bool, "service_tier": str,
    "response_format": dict, "logprobs": bool, "top_logprobs": int, "logit_bias": dict,
    "presence_penalty": NUMBER, "frequency_penalty": NUMBER, "reasoning_effort": str,
    "verbosity": str, "modalities": list, "prediction": dict,
}
MESSAGE = {
    "system": {"role", "content", "name"},
    "developer": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {"role", "content", "name", "refusal", "tool_calls"},
    "tool": {"role", "content", "tool_call_id"},
}
SCHEMA_KEYS = {
    "type", "properties", "required", "additionalProperties", "description", "enum", "const",
    "items", "anyOf", "$ref", "$defs", "pattern", "format", "multipleOf", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "title",
}
SCHEMA_TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}


class Refused(Exception):
    """An answer with HTTP 400 in OpenAI's shape."""

    def __init__(self, message, param=None, code=None):
        super().__init__(message)
        self.message, self.param, self.code = message, param, code


def is_a(value, kinds):
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    if isinstance(value, bool):
        return bool in kinds
    return isinstance(value, kinds)


def wrong_type(param, value):
    return Refused(f"Invalid type for '{param}': got {type(value).__name__} instead.", param,
                   "invalid_type")


def check_request(body):
    """Raises Refused, or returns None."""
    if not isinstance(body, dict):
        raise Refused("We could not parse the JSON body of your request.")
    if "max_tokens" in body:
        raise Refused("Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                      "'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter")
    for name, value in body.items():
        if name not in TOP_LEVEL:
            raise Refused(f"Unrecognized request argument supplied: {name}", name)
        if not is_a(value, TOP_LEVEL[name]):
            raise wrong_type(name, value)
    for name in ("model", "messages"):
        if not body.get(name):
            raise Refused(f"Missing required parameter: '{name}'.", name,
                          "missing_required_parameter")
    if body.get("max_completion_tokens", 1) < 1:
        raise Refused("Invalid 'max_completion_tokens': below minimum value.",
                      "max_completion_tokens", "integer_below_min_value")
    if "stream_options" in body:
        if not body.get("stream"):
            raise Refused("The 'stream_options' parameter is only allowed when 'stream' is "
                          "enabled.", "stream_options")
        for name in body["stream_options"]:
            if name not in ("include_usage", "include_obfuscation"):
                raise Refused(f"Unknown parameter: 'stream_options.{name}'.",
                              f"stream_options.{name}", "unknown_parameter")
    for name in ("safety_identifier", "prompt_cache_key"):
        if len(body.get(name, "")) > 64:
            raise Refused(f"Invalid '{name}': string too long.", name, "string_above_max_length")
    names = check_tools(body)
    check_tool_choice(body, names)
    check_messages(body["messages"])


def check_tools(body):
    names = set()
    if "tools" in body and not 1 <= len(body["tools"]) <= 128:
        raise Refused("Invalid 'tools': expected 1 to 128 of them.", "tools")
    for i, tool in enumerate(body.get("tools", [])):
        at = f"tools[{i}]"
        if not isinstance(tool, dict) or set(tool) != {"type", "function"} \
                or tool["type"] != "function" or not isinstance(tool["function"], dict):
            raise Refused(f"Invalid '{at}': expected {{type: function, function: {{…}}}}.", at)
        function = tool["function"]
        for key in function:
            if key not in ("name", "description", "parameters", "strict"):
                raise Refused(f"Unknown parameter: '{at}.function.{key}'.", at,
                              "unknown_parameter")
        name = function.get("name")
        if not isinstance(name, str) or not NAME.match(name):
            raise Refused(f"Invalid '{at}.function.name'.", f"{at}.function.name")
        if name in names:
            raise Refused(f"Duplicate function name '{name}'.", at)
        names.add(name)
        if len(function.get("description", "")) > 1024:
            raise Refused(f"Invalid '{at}.function.description': string too long.", at)
        if function.get("strict") is not True:
            raise Refused(f"'{at}.function.strict' is not true (a rule of this simulator).", at)
        check_schema(name, function.get("parameters"), ())
        if function["parameters"].get("type") != "object":
            raise Refused(f"Invalid schema for function '{name}': schema must be of type object.",
                          at, "invalid_function_parameters")
    return names


def check_schema(function, schema, context, depth=0):
    def refuse(why):
        return Refused(f"Invalid schema for function '{function}': In context={context}, {why}.",
                       "tools", "invalid_function_parameters")

    if not isinstance(schema, dict) or depth > 10:
        raise refuse("a schema is an object, at most 10 deep")
    for key in schema:
        if key not in SCHEMA_KEYS:
            raise refuse(f"'{key}' is not permitted")
    if "anyOf" in schema:
        for part in schema["anyOf"]:
            check_schema(function, part, context + ("anyOf",), depth + 1)
        return
    types = schema.get("type")
    types = types if isinstance(types, list) else [types]
    if not types or any(kind not in SCHEMA_TYPES for kind in types):
        raise refuse("schema must have a 'type' key")
    if "enum" in schema and (not isinstance(schema["enum"], list) or not schema["enum"]):
        raise refuse("'enum' is a list with at least one value")
    if "enum" in schema and "null" in types and None not in schema["enum"]:
        raise refuse("'enum' of a type that may be null must list null")
    if "object" in types:
        if schema.get("additionalProperties") is not False:
            raise refuse("'additionalProperties' is required to be supplied and to be false")
        properties = schema.get("properties", {})
        if sorted(schema.get("required", [])) != sorted(properties):
            raise refuse("'required' is required to be supplied and to be an array including every "
                         "key in properties")
        for name, part in properties.items():
            check_schema(function, part, context + ("properties", name), depth + 1)
    if "array" in types:
        if "items" not in schema:
            raise refuse("array schema missing items")
        check_schema(function, schema["items"], context + ("items",), depth + 1)


def check_tool_choice(body, names):
    if "tools" not in body:
        for name in ("tool_choice", "parallel_tool_calls"):
            if name in body:
                raise Refused(f"'{name}' is only allowed when 'tools' are specified.", name)
        return
    choice = body.get("tool_choice", "auto")
    if isinstance(choice, dict):
        if choice.get("function", {}).get("name") not in names:
            raise Refused("Tool choice names no tool.", "tool_choice")
    elif choice not in ("none", "auto", "required"):
        raise Refused(f"Invalid value: '{choice}'.", "tool_choice", "invalid_value")


def check_content(at, role, message):
    content = message.get("content")
    if content is None and role == "assistant" and message.get("tool_calls"):
        return
    if isinstance(content, list):
        for part in content:
            if not isinstance(part, dict) or part.get("type") != "text" \
                    or not isinstance(part.get("text"), str):
                raise Refused(f"Invalid value for '{at}.content'.", f"{at}.content")
        return
    if not isinstance(content, str):
        raise Refused(f"Invalid value for 'content': expected a string, got "
                      f"{type(content).__name__}.", f"{at}.content")


def check_calls(at, message):
    ids = []
    for i, call in enumerate(message["tool_calls"]):
        here = f"{at}.tool_calls[{i}]"
        if not isinstance(call, dict) or set(call) != {"id", "type", "function"} \
                or call["type"] != "function" or not isinstance(call["function"], dict) \
                or set(call["function"]) != {"name", "arguments"}:
            raise Refused(f"Invalid '{here}'.", here)
        if not isinstance(call["id"], str) or not 0 < len(call["id"]) <= MAX_CALL_ID:
            raise Refused(f"Invalid '{here}.id': string too long. Expected a string with maximum "
                          f"length {MAX_CALL_ID}.", here, "string_above_max_length")
        if not NAME.match(str(call["function"]["name"])):
            raise Refused(f"Invalid '{here}.function.name'.", here)
        if not isinstance(call["function"]["arguments"], str):
            raise wrong_type(f"{here}.function.arguments", call["function"]["arguments"])
        if call["id"] in ids:
            raise Refused(f"Duplicate '{here}.id'.", here)
        ids.append(call["id"])
    return ids


def check_messages(messages):
    open_calls = []
    for i, message in enumerate(messages):
        at = f"messages[{i}]"
        role = message.get("role") if isinstance(message, dict) else None
        if role not in MESSAGE:
            raise Refused(f"Invalid value: '{role}' in '{at}.role'.", f"{at}.role",
                          "invalid_value")
        for key in message:
            if key not in MESSAGE[role]:
                raise Refused(f"Unknown parameter: '{at}.{key}'.", f"{at}.{key}",
                              "unknown_parameter")
        check_content(at, role, message)
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                raise Refused(f"Invalid parameter: messages with role 'tool' must be a response to "
                              f"a preceding message with 'tool_calls'. ({at})", f"{at}.role")
            open_calls.remove(message["tool_call_id"])
            continue
        refuse_open(open_calls)
        if role == "assistant" and "tool_calls" in message:
            if not isinstance(message["tool_calls"], list) or not message["tool_calls"]:
                raise Refused(f"Invalid '{at}.tool_calls': empty array.", f"{at}.tool_calls",
                              "empty_array")
            open_calls = check_calls(at, message)
    refuse_open(open_calls)


def refuse_open(open_calls):
    if open_calls:
        raise Refused("An assistant message with 'tool_calls' must be followed by tool messages "
                      "responding to each 'tool_call_id'. The following tool_call_ids did not have "
                      f"response messages: {', '.join(open_calls)}", "messages")
