"""What the simulators share (openai_sim.py, twilio_sim.py): each is an HTTP server of aiohttp in a
process of its own, which says {"port": 40123} as its first line.

main(server, app, about) is the program. server.configure(settings) takes what --set says.
Simulator is that process for a test, which it never outlives: it ends when its stdin is closed.
"""
import argparse
import asyncio
import json
import resource
import signal
import subprocess
import sys
import urllib.error
import urllib.request

from aiohttp import web


def main(server, app, about):
    options = argparse.ArgumentParser(description=about)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--set", action="append", default=[], metavar="NAME=JSON")
    options.add_argument("--with-stdin", action="store_true", help="end when stdin is closed")
    options = options.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    for setting in options.set:
        name, _, value = setting.partition("=")
        server.configure({name: json.loads(value)})
    asyncio.run(serve(app, options))


async def serve(app, options):
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=75)
    await runner.setup()
    site = web.TCPSite(runner, options.host, options.port, backlog=4096, shutdown_timeout=0.2)
    await site.start()
    sys.stdout.write(json.dumps({"port": runner.addresses[0][1]}) + "\n")  # in one piece
    sys.stdout.flush()
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if options.with_stdin:
        loop.add_reader(sys.stdin, lambda: None if sys.stdin.buffer.read1(4096) else stop.set())
    await stop.wait()
    await runner.cleanup()


class Simulator:
    """The process; also one elsewhere, which is only asked."""

    program = None  # its file
    control_path = "/control"

    def __init__(self, port=0, host="127.0.0.1", **settings):
        self.host, self.port, self.settings = host, port, settings
        self.process = None

    def __enter__(self):
        arguments = [sys.executable, self.program, "--port", str(self.port), "--with-stdin"]
        for name, value in self.settings.items():
            arguments += ["--set", f"{name}={json.dumps(value)}"]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = json.loads(self.process.stdout.readline())["port"]
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    start = __enter__

    def stop(self):
        self.__exit__()

    @property
    def base(self):
        return f"http://{self.host}:{self.port}"

    def call(self, path, body=None):
        request = urllib.request.Request(
            self.base + path, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from None

    def control(self, **settings):
        """Changes settings; returns the stats. control(reset=True) starts over."""
        return self.call(self.control_path, settings)

    def stats(self):
        return self.call(self.control_path)
