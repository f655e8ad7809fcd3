"""A client for durable data in Python, written from docs/mutations.md alone: what that page does not say, this file has had to guess.

A `Copy` has the entities of one scope at a cursor. A `LogClient` numbers mutations, sends them until they are settled, and reads copies by
`snapshot` and `pull`. A follower keeps a copy up to date: by pokes over Socket.IO, or by server-sent events. Nothing is kept on a disk, and
nothing is guessed: a mutation shows when it has come back. The standard library is all that it needs.
"""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Callable, Iterator, Optional
from urllib.parse import quote, urlencode, urlsplit

# What becomes of a connection. Whether the other side has had what was sent is not known then.
LOST = (OSError, HTTPException)

MUTATIONS_AT_ONCE = 100
# The server takes a megabyte (`message_limit`), with what is around the mutations.
BYTES_AT_ONCE = 900_000
ANSWER_S = 40
# Streams say something every quarter of a minute, a socket is asked as often as it is told at its beginning.
SILENCE_S = 60
PAUSE_S = 0.2


class Refusal(Exception):
    """The server has answered, and the answer is no; `status` is None where it is about one mutation or one scope of several."""

    def __init__(self, answer: dict[str, Any]):
        super().__init__(f"{answer['errorCode']} {answer.get('errorParams', {})}: {answer.get('message', '')}")
        self.code: str = answer["errorCode"]
        self.params: dict[str, Any] = answer.get("errorParams", {})
        self.status: Optional[int] = answer.get("httpStatus")

    @property
    def is_final(self) -> bool:
        """Whether the same request would be refused again."""
        return self.status is not None and self.status < 500 and self.status != 429


class Door:
    """The way to the server, for somebody with a token or, without one, for nobody."""

    def __init__(self, url: str, token: Optional[str]):
        self.address = urlsplit(url)
        self.token = token

    def connect(self, patience_s: float) -> HTTPConnection:
        kind = HTTPSConnection if self.address.scheme == "https" else HTTPConnection
        connection = kind(self.address.hostname or "", self.address.port, timeout=patience_s)
        connection.connect()
        # One that was lost is not silently another one: what was told to the first would be missing.
        connection.auto_open = 0
        return connection

    def request(
        self, connection: HTTPConnection, method: str, path: str, body: Optional[str] = None, **headers: str
    ) -> HTTPResponse:
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, None if body is None else body.encode(), headers)
        return connection.getresponse()

    def post(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        """Sends a message, and returns the `result` of its answer."""
        connection = self.connect(ANSWER_S)
        try:
            kind = {"Content-Type": "application/json"}
            return result_of(json.loads(self.request(connection, "POST", path, json.dumps(message), **kind).read()))
        finally:
            connection.close()


def result_of(answer: dict[str, Any]) -> dict[str, Any]:
    if answer["status"] != "success":
        raise Refusal(answer)
    # Over a socket, some answers have what they say beside their status.
    return answer.get("result", answer)


class Copy:
    """The entities of one scope, by kind and key, as they were at `cursor` in the life of the data that is called `epoch`."""

    def __init__(self) -> None:
        self.entities: dict[str, dict[str, Any]] = {}
        self.cursor = 0
        # A scope that nobody has ever written to has no life yet.
        self.epoch = ""
        self.changed = threading.Condition()

    def begin(self, entities: dict[str, dict[str, Any]], cursor: int, epoch: str) -> None:
        """Takes a snapshot in place of what is there."""
        with self.changed:
            self.entities, self.cursor, self.epoch = entities, cursor, epoch
            self.changed.notify_all()

    def apply(self, page: dict[str, Any]) -> bool:
        """Applies changes that follow on what is there, and says whether they do; those that are there already are left out.

        Two may read for one copy: what one brings, the other may bring again.
        """
        with self.changed:
            epoch = page.get("epoch", self.epoch)
            if self.cursor > 0 and epoch != self.epoch:
                return False
            for change in page["changes"]:
                if change["cursor"] > self.cursor + 1:
                    return False
                if change["cursor"] == self.cursor + 1:
                    self._apply(change)
            self.epoch = epoch
            self.changed.notify_all()
            return True

    def _apply(self, change: dict[str, Any]) -> None:
        kind = self.entities.setdefault(change["entity"], {})
        if change["op"] == "delete":
            kind.pop(change["id"], None)
        else:
            kind[change["id"]] = change["data"]
        self.cursor = change["cursor"]

    def wait_until(self, is_so: Callable[[Copy], bool], patience_s: float) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: is_so(self), patience_s)


@dataclass
class Mutation:
    """Something that was asked for; it has an `outcome` when the server has decided."""

    id: str
    seq: int
    name: str
    version: str
    scope: str
    args: dict[str, Any]
    after: Optional[str] = None
    outcome: Optional[dict[str, Any]] = field(default=None, compare=False)

    def message(self) -> dict[str, Any]:
        names = ["id", "seq", "name", "version", "scope", "args"] + (["after"] if self.after else [])
        return {name: getattr(self, name) for name in names}


class LogClient:
    """Asks for mutations and reads scopes, for one user. It is used by one thread; followers touch nothing but its copies."""

    def __init__(self, url: str, token: Optional[str], user: Optional[str], name: Optional[str] = None):
        self.door = Door(url, token)
        self.user = user
        self.name = name or secrets.token_hex(16)
        self.queue: list[Mutation] = []
        self.next_seq = 1
        self.copies: dict[str, Copy] = {}

    def ask(self, what: str, message: dict[str, Any]) -> dict[str, Any]:
        return self.door.post(f"/_sync/{what}", {"user": self.user, **message})

    # Writing

    def mutate(
        self, name: str, scope: str, args: dict[str, Any], version: str = "v1", after: Optional[str] = None
    ) -> Mutation:
        """Puts a mutation behind those that wait; `push` sends them."""
        mutation = Mutation(secrets.token_hex(8), self.next_seq, name, version, scope, args, after)
        self.next_seq += 1
        self.queue.append(mutation)
        return mutation

    def push(self) -> None:
        """Sends what waits, in its order, until all of it is settled.

        Where the whole is refused, or its answer is lost, everything waits on, and is sent again as it was by the next push. The same
        holds from the first one on that is not settled: its code is what is raised.
        """
        while self.queue:
            batch = self._batch()
            message = {"client": self.name, "mutations": [mutation.message() for mutation in batch]}
            results = self.ask("push", message)["results"]
            for mutation, result in zip(batch, results):
                if result.get("settled", True):
                    mutation.outcome = result
            waiting = [mutation for mutation in self.queue if mutation.outcome is None]
            is_stuck = len(waiting) == len(self.queue)
            self.queue = waiting
            if is_stuck and not self._is_renumbered(results[0]):
                raise Refusal(results[0])

    def _batch(self) -> list[Mutation]:
        batch, size = [], 0
        for mutation in self.queue[:MUTATIONS_AT_ONCE]:
            size += len(json.dumps(mutation.message()))
            if batch and size > BYTES_AT_ONCE:
                break
            batch.append(mutation)
        return batch

    def _is_renumbered(self, result: dict[str, Any]) -> bool:
        """Numbers what waits as the server expects it, which has forgotten those before: a backup was brought back, or a month has passed."""
        expected = result.get("errorParams", {}).get("expected")
        if result["errorCode"] != "mutation-out-of-order" or expected == self.queue[0].seq:
            return False
        for seq, mutation in enumerate(self.queue, expected):
            mutation.seq = seq
        self.next_seq = expected + len(self.queue)
        return True

    def settle(self, patience_s: float = 20) -> None:
        """Pushes again and again, until all is settled; raises what is in the way when that takes too long or will not change."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                return self.push()
            except (Refusal, *LOST) as error:
                is_final = isinstance(error, Refusal) and error.is_final
                if is_final or time.monotonic() > deadline:
                    raise
            time.sleep(PAUSE_S)

    # Reading

    def read(self, scope: str) -> Copy:
        """Returns the copy of a scope, as new as the server has it."""
        if scope not in self.copies:
            self.snapshot(scope)
        self.pull(scope)
        return self.copies[scope]

    def pull(self, scope: str) -> None:
        """Reads on from where the copy is, to the end, or takes a snapshot where that is no place to read on from."""
        copy = self.copies[scope]
        has_more = True
        while has_more:
            message = {"scope": scope, "cursor": copy.cursor}
            if copy.epoch:
                message["epoch"] = copy.epoch
            try:
                page = self.ask("pull", message)
            except Refusal as refusal:
                if refusal.code != "cursor-too-old":
                    raise
                self.snapshot(scope)
                continue
            has_more = not copy.apply(page) or page["hasMore"]

    def snapshot(self, scope: str) -> None:
        """Reads all that a scope has, page by page, and begins with it."""
        entities: dict[str, dict[str, Any]] = {}
        message: dict[str, Any] = {"scope": scope}
        while True:
            try:
                page = self.ask("snapshot", message)
            except Refusal as refusal:
                if refusal.code != "cursor-too-old" or "page" not in message:
                    raise
                # So much has happened meanwhile that the rest is not there any more as it was.
                entities, message = {}, {"scope": scope}
                continue
            for kind, of_kind in page["data"].items():
                entities.setdefault(kind, {}).update(of_kind)
            if "next" not in page:
                break
            message["page"] = page["next"]
        self.copies.setdefault(scope, Copy()).begin(entities, page["cursor"], page["epoch"])


class Follower(threading.Thread):
    """Keeps a copy up to date until it is closed, over as many connections as that takes."""

    def __init__(self, client: LogClient, scope: str):
        super().__init__(daemon=True)
        self.client, self.scope = client, scope
        self.copy = client.read(scope)
        # Why it has begun anew most lately.
        self.trouble: Optional[Exception] = None
        self._closed = threading.Event()
        self._held: Optional[socket.socket] = None
        self.start()

    def run(self) -> None:
        while not self._closed.is_set():
            try:
                self.follow()
            except (Refusal, *LOST) as trouble:
                self.trouble = trouble
            self._closed.wait(PAUSE_S)

    def follow(self) -> None:
        """Follows over one connection, until that ends."""
        raise NotImplementedError

    def hold(self, connection: HTTPConnection) -> HTTPConnection:
        """Has `close` end this connection, whatever it waits for."""
        self._held = connection.sock
        if self._closed.is_set():
            raise ConnectionError("closed")
        return connection

    def close(self) -> None:
        self._closed.set()
        if self._held is not None:
            try:
                self._held.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It had ended by itself.
        self.join()


class StreamFollower(Follower):
    """Follows by `GET /_sync/pull` with server-sent events."""

    def follow(self) -> None:
        query = {"scope": self.scope, "cursor": self.copy.cursor}
        if self.copy.epoch:
            query["epoch"] = self.copy.epoch
        if self.client.user is not None:
            query["user"] = self.client.user
        door = self.client.door
        connection = self.hold(door.connect(SILENCE_S))
        try:
            response = door.request(connection, "GET", f"/_sync/pull?{urlencode(query)}", Accept="text/event-stream")
            if response.status != 200:
                result_of(json.loads(response.read()))
            for event, page in server_sent(response):
                if event == "error":
                    raise Refusal(page)
                if event == "stream" and not self.copy.apply(page):
                    return
        except Refusal as refusal:
            if refusal.code != "cursor-too-old":
                raise
            self.client.snapshot(self.scope)
        finally:
            connection.close()


def server_sent(lines: Iterator[bytes]) -> Iterator[tuple[str, Any]]:
    """Returns the events with their data; comments, which say only that the connection is alive, are left out."""
    event, data = "message", ""
    for line in lines:
        name, _, value = line.decode().rstrip("\r\n").partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            event = value
        elif name == "data":
            data += value + "\n"
        elif not line.strip():
            if data:
                yield event, json.loads(data)
            event, data = "message", ""


class PokeFollower(Follower):
    """Follows by pokes over Socket.IO."""

    def follow(self) -> None:
        connection = self.hold(self.client.door.connect(SILENCE_S))
        try:
            io = SocketIo(self.client.door, connection)
            answer = io.ask("subscribe", {"user": self.client.user, "scopes": [self.scope]})
            where = result_of(answer)["scopes"][self.scope]
            if "errorCode" in where:
                raise Refusal(where)
            # What has happened before is read only now, so that nothing is missed between the two.
            self.client.pull(self.scope)
            for event, message in io.events():
                if message.get("scope") != self.scope:
                    continue
                if event == "unsubscribed":
                    raise Refusal(message)
                if event == "poke" and not ("changes" in message and self.copy.apply(message)):
                    self.client.pull(self.scope)
        finally:
            connection.close()


class SocketIo:
    """Socket.IO over the long polling of Engine.IO, as far as events and their answers need it; one thread waits and sends in turns."""

    def __init__(self, door: Door, polls: HTTPConnection):
        self.door, self.polls = door, polls
        self.path = "/socket.io/?EIO=4&transport=polling"
        self.packets: deque[str] = deque()
        self.heard: deque[tuple[str, Any]] = deque()
        self.asked = 0
        opened = json.loads(self._poll()[0][1:])
        self.path += "&sid=" + quote(opened["sid"])
        polls.sock.settimeout((opened["pingInterval"] + opened["pingTimeout"]) / 1000)
        self._send("40" + json.dumps({} if door.token is None else {"token": door.token}))
        while self._packet()[0] != "0":
            pass

    def ask(self, event: str, message: dict[str, Any]) -> dict[str, Any]:
        """Sends an event, and returns its answer; what comes before it is for `events`."""
        self.asked += 1
        self._send(f"42{self.asked}" + json.dumps([event, message]))
        while True:
            number, body = self._message()
            if number == self.asked:
                return body[0]

    def events(self) -> Iterator[tuple[str, Any]]:
        """Returns what the server says by itself, for as long as there is a connection."""
        while True:
            while self.heard:
                yield self.heard.popleft()
            self._message()

    def _message(self) -> tuple[Optional[int], Any]:
        """Waits for an event, which is put with those that were heard, or for an answer, which is returned with its number."""
        packet = self._packet()
        number, bracket, rest = packet[1:].partition("[")
        body = json.loads(bracket + rest)
        if packet[0] == "3":
            return int(number), body
        self.heard.append((body[0], body[1]))
        return None, body

    def _packet(self) -> str:
        """Waits for a packet of Socket.IO; those of Engine.IO beneath it are dealt with."""
        while True:
            while self.packets:
                packet = self.packets.popleft()
                if packet == "2":
                    self._send("3")
                elif packet.startswith("44"):
                    raise Refusal({"errorCode": json.loads(packet[2:])["message"]})
                elif packet == "1" or packet == "41":
                    raise ConnectionError("the server has ended it")
                elif packet.startswith("4"):
                    return packet[1:]
            self.packets.extend(self._poll())

    def _poll(self) -> list[str]:
        response = self.door.request(self.polls, "GET", self.path)
        body = response.read().decode()
        if response.status != 200:
            raise ConnectionError(f"the poll was answered {response.status}")
        return body.split("\x1e")

    def _send(self, packet: str) -> None:
        connection = self.door.connect(ANSWER_S)
        try:
            response = self.door.request(connection, "POST", self.path, packet)
            if response.status != 200:
                raise ConnectionError(f"the post was answered {response.status}")
        finally:
            connection.close()
