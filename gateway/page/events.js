/*
 * Server-sent events read from the body of a fetch, which, unlike an EventSource, may be a POST and
 * send headers. The chat page and the console read theirs with it.
 */

/* Hands out each event as (name, data), both text; data is null where it has none. Returns when the
 * stream has ended, throws when it breaks off. */
export async function readEvents(body, onEvent) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const name = /^event: (.*)$/m.exec(event);
      const data = /^data: (.*)$/m.exec(event);
      if (name) onEvent(name[1], data && data[1]);
    }
  }
}
