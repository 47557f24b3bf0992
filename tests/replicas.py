"""A shop with two of every service, as a base for tests of what either of them does."""

import stack as stacks


class Replicas(stacks.Stack):
    """Services bind to a socket of their own and are called at both."""

    TWICE = {"sessions": ("SESSIONS_ENDPOINT",), "catalog": ("CATALOG_ENDPOINT",),
             "dispatcher": ("DISPATCHER_ENDPOINT", "DISPATCHER_AGENTS_ENDPOINT")}

    def __init__(self, **options):
        super().__init__(**options)
        self.order = ["redis", "sessions", "sessions-2", "catalog", "catalog-2", "dispatcher",
                      "dispatcher-2", *self.agents, "gateway"]

    def _address(self, setting, replica):
        return f"ipc://{self.run}/{setting.split('_ENDPOINT')[0].lower()}-{replica}.sock"

    def _env(self, name):
        env = super()._env(name)
        service, _, number = name.partition("-")
        for each, settings in self.TWICE.items():
            for setting in settings:
                both = [self._address(setting, n) for n in (1, 2)]
                env[setting] = both[int(number or 1) - 1] if each == service else ",".join(both)
        return env

    def endpoint(self, service):
        name, _, number = service.partition("-")
        setting = (self.TWICE[name][0] if name in self.TWICE else "DISPATCHER_AGENTS_ENDPOINT")
        return self._address(setting, number or 1)
