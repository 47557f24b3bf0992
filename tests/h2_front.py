#!/usr/bin/env python3
"""TLS and HTTP/2 in front of the simulator, for the tests of the model client's HTTP/2.

    python3 tests/h2_front.py --to PORT [--streams 100] [--h1]     first line: {"port": 40123}

Every stream becomes a request to http://127.0.0.1:PORT. With --h1 it offers HTTP/1.1 only. GET
/front tells connections, and the most there were open at once. Ends when stdin is closed.
"""
import argparse
import asyncio
import json
import pathlib
import ssl
import sys

import aiohttp
import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

TLS = pathlib.Path(__file__).resolve().parent / "tls"  # made for tests, worth nothing


class Front:
    def __init__(self, options):
        self.to, self.streams = f"http://127.0.0.1:{options.to}", options.streams
        self.counts = {"connections": 0, "open": 0, "most": 0, "requests": 0, "most_streams": 0}
        self.client = None

    async def connected(self, reader, writer):
        self.counts["connections"] += 1
        self.counts["open"] += 1
        self.counts["most"] = max(self.counts["most"], self.counts["open"])
        h1 = writer.get_extra_info("ssl_object").selected_alpn_protocol() != "h2"
        try:
            await (self.relay(reader, writer) if h1 else Connection(self, writer).run(reader))
        except (ConnectionError, asyncio.IncompleteReadError, h2.exceptions.ProtocolError):
            pass
        finally:
            self.counts["open"] -= 1
            writer.close()

    async def relay(self, reader, writer):
        """HTTP/1.1: bytes through, both ways."""
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1",
                                                                 int(self.to.rsplit(":")[-1]))

        async def pump(source, sink):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
            sink.close()

        await asyncio.gather(pump(reader, back_writer), pump(back_reader, writer))


class Connection:
    def __init__(self, front, writer):
        self.front, self.writer = front, writer
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.requests = {}  # stream: [headers, body]
        self.tasks = {}
        self.room = asyncio.Event()

    async def run(self, reader):
        self.h2.initiate_connection()
        self.h2.update_settings({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS:
                                 self.front.streams})
        self.flush()
        try:
            while data := await reader.read(65536):
                for event in self.h2.receive_data(data):
                    self.on_event(event)
                self.flush()
        finally:
            for task in self.tasks.values():
                task.cancel()

    def on_event(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.requests[event.stream_id] = [dict(event.headers), b""]
        elif isinstance(event, h2.events.DataReceived):
            self.requests[event.stream_id][1] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            task = asyncio.ensure_future(self.answer(event.stream_id))
            self.tasks[event.stream_id] = task
            counts = self.front.counts
            counts["most_streams"] = max(counts["most_streams"], len(self.tasks))
        elif isinstance(event, h2.events.StreamReset):
            task = self.tasks.pop(event.stream_id, None)
            if task:
                task.cancel()
        elif isinstance(event, h2.events.WindowUpdated):
            self.room.set()

    def flush(self):
        self.writer.write(self.h2.data_to_send())

    async def answer(self, stream):
        headers, body = self.requests.pop(stream)
        self.front.counts["requests"] += 1
        if headers[":path"] == "/front":
            text = json.dumps(self.front.counts).encode()
            self.h2.send_headers(stream, [(":status", "200")])
            await self.send(stream, text)
        else:
            await self.forward(stream, headers, body)
        self.tasks.pop(stream, None)
        self.h2.end_stream(stream)
        self.flush()

    async def forward(self, stream, headers, body):
        passed = {k: v for k, v in headers.items() if not k.startswith(":") and k != "host"}
        async with self.front.client.request(headers[":method"], self.front.to + headers[":path"],
                                             data=body, headers=passed) as response:
            self.h2.send_headers(stream, [(":status", str(response.status))] + [
                (k.lower(), v) for k, v in response.headers.items()
                if k.lower() not in ("connection", "transfer-encoding", "keep-alive")])
            async for data in response.content.iter_any():
                await self.send(stream, data)

    async def send(self, stream, data):
        while data:
            size = min(len(data), self.h2.local_flow_control_window(stream),
                       self.h2.max_outbound_frame_size)
            if size == 0:
                self.room.clear()
                await self.room.wait()
                continue
            self.h2.send_data(stream, data[:size])
            self.flush()
            data = data[size:]


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--to", type=int, required=True)
    options.add_argument("--streams", type=int, default=100)
    options.add_argument("--h1", action="store_true")
    options = options.parse_args()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    tls.set_alpn_protocols(["http/1.1"] if options.h1 else ["h2", "http/1.1"])
    front = Front(options)
    front.client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    server = await asyncio.start_server(front.connected, "127.0.0.1", 0, ssl=tls, backlog=4096)
    sys.stdout.write(json.dumps({"port": server.sockets[0].getsockname()[1]}) + "\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(
        sys.stdin, lambda: None if sys.stdin.buffer.read1(4096) else stop.set())
    await stop.wait()
    await front.client.close()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
