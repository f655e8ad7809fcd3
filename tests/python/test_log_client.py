"""Two implementations of one page of documentation meet: the client of `log_client.py`, and the test app as a server of its own.

What the mutations do stands in `tests/app/src/lists`. Each test has scopes of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Callable, Optional

from log_client import Follower, LogClient, PokeFollower, Refusal, SocketIo, StreamFollower, result_of

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("TEST_APP_SERVER", ROOT / "target/debug/examples/test_app_server"))

# How long something may take before something is wrong.
PATIENCE_S = 30


class Server:
    """The test app on a folder of its own, in which Ada and Bob are signed in."""

    def __init__(self, variables: dict[str, str]):
        if not PROGRAM.exists():
            how = "build it with `cargo build -p sync-tests --examples`, or name one in TEST_APP_SERVER"
            raise FileNotFoundError(f"no server at `{PROGRAM}`: {how}")
        self.folder = tempfile.mkdtemp(prefix="syncwright-python-")
        self.variables = {
            "SYNC_DATA": self.folder,
            # Sessions outlive the server.
            "TEST_SESSIONS": "",
            "SYNC_LIMITS": "off",
            "RUST_LOG": "error",
            "RUST_BACKTRACE": "0",
            **variables,
        }
        self.tokens: dict[str, str] = {}
        self.port = "0"
        self.start({"TEST_SESSIONS": "ada,bob"})

    def start(self, variables: dict[str, str] = {}) -> None:
        """Starts it where it was before, and waits until it listens and has said who is signed in."""
        self.log = open(os.path.join(self.folder, "log.txt"), "a+")
        self.process = subprocess.Popen(
            [PROGRAM],
            cwd=self.folder,
            env={**os.environ, **self.variables, **variables, "SYNC_LISTEN": f"127.0.0.1:{self.port}"},
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        # Whoever waits for a line of one that says nothing reads to the end then.
        too_late = threading.Timer(PATIENCE_S, self.process.kill)
        too_late.start()
        url = ""
        while not url or len(self.tokens) < 2:
            said = self.process.stdout.readline().split()
            if not said:
                too_late.cancel()
                self.log.seek(0)
                raise RuntimeError(f"the server did not start: {self.log.read()}")
            if said[0] == "token":
                self.tokens[said[1]] = said[2]
            else:
                url = said[-1]
        too_late.cancel()
        self.url, self.port = url, url.rpartition(":")[2]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.log.close()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)

    def client(self, user: str = "ada", kind: Callable[..., Any] = LogClient, **options: Any) -> Any:
        """A client of somebody who is signed in; `kind` may be one that does something more."""
        return kind(self.url, self.tokens[user], user, **options)


class ServerTest(unittest.TestCase):
    """Has a server, and no test."""

    variables: dict[str, str] = {}
    server: Server

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = Server(cls.variables)
        cls.addClassCleanup(cls.server.remove)

    def follow(self, kind: type[Follower], client: LogClient, scope: str) -> Follower:
        follower = kind(client, scope)
        self.addCleanup(follower.close)
        return follower

    def follow_both_ways(self, scope: str) -> list[Follower]:
        return [self.follow(kind, self.server.client(), scope) for kind in (PokeFollower, StreamFollower)]

    def fill(self, client: LogClient, scope: str, count: int) -> None:
        """Writes items `<scope>-0`, `<scope>-1` and so on."""
        mutations = [client.mutate("lists/tally", scope, {"id": f"{scope}-{number}"}) for number in range(count)]
        client.settle()
        self.assertTrue(all(mutation.outcome["ok"] for mutation in mutations))

    def assert_refused(self, code: str, status: Optional[int], ask: Callable[..., Any], *args: Any) -> Refusal:
        with self.assertRaises(Refusal) as refused:
            ask(*args)
        self.assertEqual((code, status), (refused.exception.code, refused.exception.status))
        return refused.exception

    def assert_is_the_truth(self, client: LogClient, scope: str) -> None:
        """Compares the copy that a client has with a snapshot of another one."""
        truth, copy = self.server.client("bob").read(scope), client.copies[scope]
        self.assertEqual((truth.entities, truth.cursor, truth.epoch), (kinds_of(copy.entities), copy.cursor, copy.epoch))

    def assert_arrives(self, follower: Follower) -> None:
        """Waits until a follower has what there is now."""
        truth = self.server.client().read(follower.scope)
        arrived = follower.copy.wait_until(
            lambda copy: copy.epoch == truth.epoch and copy.cursor >= truth.cursor, PATIENCE_S
        )
        self.assertTrue(arrived, f"at {follower.copy.cursor} of {truth.cursor}, after {follower.trouble!r}")
        self.assert_is_the_truth(follower.client, follower.scope)


def kinds_of(entities: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Leaves out kinds that have nothing left: a snapshot does not name them."""
    return {kind: of_kind for kind, of_kind in entities.items() if of_kind}


class CountingClient(LogClient):
    """Knows what it has asked."""

    def __init__(self, *options: Any):
        super().__init__(*options)
        self.asked: list[str] = []

    def ask(self, what: str, message: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(what)
        return super().ask(what, message)


class Followers(ServerTest):
    def test_one_who_follows_pokes_and_one_who_follows_events_end_with_the_same_while_both_push(self) -> None:
        scope = "list-all-1"
        ada, bob = self.server.client("ada"), self.server.client("bob")
        ada.mutate("lists/put", scope, {"id": "shared", "text": "Shared"})
        ada.settle()
        followers = [self.follow(PokeFollower, ada, scope), self.follow(StreamFollower, bob, scope)]

        def write(client: LogClient) -> None:
            for number in range(40):
                client.mutate("lists/add", scope, {"id": "shared", "amount": 1})
                client.mutate("lists/tally", scope, {"id": f"{client.user}-{number}"})
                client.mutate("lists/put", scope, {"id": f"{client.user}-{number // 2}", "text": f"{number}"})
                client.settle()

        writers = [threading.Thread(target=write, args=[client]) for client in (ada, bob)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

        for follower in followers:
            self.assert_arrives(follower)
            items = follower.copy.entities["listItem"]
            # What is added is doubled by the service: nothing is lost that two do at once, and nothing is done twice.
            self.assertEqual((160, 81), (items["shared"]["count"], len(items)))

    def test_who_follows_pokes_is_brought_what_is_small_and_need_not_pull(self) -> None:
        scope, writer = "list-all-5", self.server.client("bob")
        client = self.server.client(kind=CountingClient)
        follower = self.follow(PokeFollower, client, scope)
        # The first one may be there when the follower pulls for the first time.
        self.fill(writer, scope, 1)
        self.assert_arrives(follower)
        pulls = client.asked.count("pull")
        for _ in range(10):
            writer.mutate("lists/add", scope, {"id": f"{scope}-0", "amount": 1})
            writer.settle()
        self.assert_arrives(follower)
        self.assertEqual(pulls, client.asked.count("pull"))

    def test_changes_that_are_too_large_for_a_poke_are_pulled(self) -> None:
        scope, client = "list-all-2", self.server.client()
        self.fill(client, scope, 300)
        followers = self.follow_both_ways(scope)
        # One transaction, 300 changes.
        client.mutate("lists/clear", scope, {})
        client.settle()
        for follower in followers:
            self.assert_arrives(follower)
            self.assertEqual({}, kinds_of(follower.copy.entities))

    def test_a_server_that_is_killed_and_comes_back_is_followed_on(self) -> None:
        scope, client = "list-all-3", self.server.client()
        self.fill(client, scope, 3)
        followers = self.follow_both_ways(scope)
        self.server.kill()
        client.mutate("lists/put", scope, {"id": f"{scope}-1", "text": "written offline"})
        self.assertRaises(OSError, client.push)
        self.server.start()
        client.settle()
        for follower in followers:
            self.assert_arrives(follower)

    def test_a_socket_and_http_answer_the_same(self) -> None:
        scope, client = "list-all-4", self.server.client()
        self.fill(client, scope, 3)
        connection = client.door.connect(PATIENCE_S)
        self.addCleanup(connection.close)
        io = SocketIo(client.door, connection)
        put = client.mutate("lists/put", scope, {"id": "bread", "text": "Bread"}).message()
        for what, message in [
            ("pull", {"scope": scope, "cursor": 1}),
            ("pull", {"scope": scope, "cursor": 0, "limit": 1}),
            ("snapshot", {"scope": scope}),
            ("push", {"client": client.name, "mutations": [put]}),
        ]:
            message["user"] = "ada"
            self.assertEqual({"status": "success", "result": client.ask(what, message)}, io.ask(what, message))
        self.assertEqual(4, io.ask("subscribe", {"scopes": [scope]})["scopes"][scope]["cursor"])
        self.assertEqual({"status": "success"}, io.ask("unsubscribe", {"scopes": [scope]}))


class LosingClient(LogClient):
    """Does not hear the answers to its next pushes."""

    answers_to_lose = 0

    def ask(self, what: str, message: dict[str, Any]) -> dict[str, Any]:
        answer = super().ask(what, message)
        if what == "push" and self.answers_to_lose > 0:
            self.answers_to_lose -= 1
            raise ConnectionError("the answer was lost")
        return answer


class Pushes(ServerTest):
    def test_one_whose_answer_is_lost_and_that_is_sent_again_is_applied_once(self) -> None:
        scope = "list-ada-1"
        client = self.server.client(kind=LosingClient)
        client.mutate("lists/put", scope, {"id": "bread", "text": "Bread"})
        added = client.mutate("lists/add", scope, {"id": "bread", "amount": 1})
        client.answers_to_lose = 2
        self.assertRaises(ConnectionError, client.push)
        # What has been asked for since then goes with it.
        behind = client.mutate("lists/add", scope, {"id": "bread", "amount": 10})
        self.assertRaises(ConnectionError, client.push)
        self.assertEqual([1, 2, 3], [mutation.seq for mutation in client.queue])
        client.push()
        self.assertEqual([], client.queue)
        self.assertEqual([2, 3], [added.outcome["cursor"], behind.outcome["cursor"]])
        copy = client.read(scope)
        self.assertEqual((22, 3), (copy.entities["listItem"]["bread"]["count"], copy.cursor))

    def test_one_that_is_refused_is_settled_with_its_code_and_holds_up_nothing(self) -> None:
        scope, client = "list-ada-2", self.server.client()
        asked = [
            (None, "lists/put", {"id": "bread", "text": "Bread"}),
            ("list-gone", "lists/add", {"id": "milk", "amount": 1}),
            ("list-refused", "lists/add", {"id": "bread", "amount": 13}),
            ("sync-invalid-input", "lists/put", {"id": "milk", "text": ""}),
            ("sync-invalid-input", "lists/put", {"id": "milk", "words": "Milk"}),
            ("sync-server-failed", "lists/add", {"id": "bread", "amount": 4}),
            ("list-refused", "lists/tally", {"id": "undone", "refuses": True}),
            (None, "lists/add", {"id": "bread", "amount": 1}),
            *[(None, "lists/put", {"id": f"more-{number}", "text": "More"}) for number in range(4)],
            ("list-full", "lists/put", {"id": "milk", "text": "Milk"}),
        ]
        mutations = [client.mutate(name, scope, args) for _, name, args in asked]
        skipped = client.mutate("lists/add", scope, {"id": "bread", "amount": 100}, after="success")
        last = client.mutate("lists/add", scope, {"id": "bread", "amount": 1})
        client.push()
        self.assertEqual([code for code, *_ in asked], [mutation.outcome.get("errorCode") for mutation in mutations])
        self.assertEqual({"max": 5}, mutations[-1].outcome["errorParams"])
        self.assertEqual("mutation-skipped", skipped.outcome["errorCode"])
        self.assertTrue(last.outcome["ok"])
        # Of what was refused there is nothing.
        copy = client.read(scope)
        items = copy.entities["listItem"]
        self.assertEqual((5, 4, 7), (len(items), items["bread"]["count"], copy.cursor))

    def test_a_number_that_leaves_one_out_is_told_which_is_expected(self) -> None:
        scope, client = "list-ada-3", self.server.client()
        client.next_seq = 5
        mutation = client.mutate("lists/put", scope, {"id": "bread", "text": "Bread"})
        (result,) = client.ask("push", {"client": client.name, "mutations": [mutation.message()]})["results"]
        self.assertEqual(("mutation-out-of-order", {"expected": 1}), (result["errorCode"], result["errorParams"]))
        self.assertEqual((False, False), (result["ok"], result["settled"]))
        self.assertEqual(0, client.read(scope).cursor)
        # The client numbers anew what waits.
        behind = client.mutate("lists/add", scope, {"id": "bread", "amount": 1})
        client.push()
        self.assertEqual([1, 2], [mutation.outcome["cursor"], behind.outcome["cursor"]])

    def test_a_queue_is_sent_in_parts_that_the_server_takes(self) -> None:
        scope, client = "list-ada-4", self.server.client()
        # Two of these are more than a megabyte. A text may have 100 characters.
        large = [client.mutate("lists/put", scope, {"id": "bread", "text": "x" * 600_000}) for _ in range(2)]
        self.fill(client, scope, 150)
        self.assertEqual(["sync-invalid-input"] * 2, [mutation.outcome["errorCode"] for mutation in large])

    def test_what_does_not_exist_and_what_may_not_be_changed_is_refused(self) -> None:
        ada, bob = self.server.client("ada"), self.server.client("bob")
        unknown = [ada.mutate("lists/burn", "list-ada-5", {}), ada.mutate("lists/put", "list-ada-5", {}, version="v9")]
        ada.push()
        self.assertEqual(["mutation-unknown"] * 2, [mutation.outcome["errorCode"] for mutation in unknown])

        # Everybody may read the list of Ada.
        scopes = ["list-ada-5", "no-such-scope", "list-all-1000"]
        foreign = [bob.mutate("lists/put", scope, {"id": "bread", "text": "Bread"}) for scope in scopes]
        bob.push()
        codes = ["scope-forbidden", "scope-forbidden", "auth-forbidden"]
        self.assertEqual(codes, [mutation.outcome["errorCode"] for mutation in foreign])
        self.assertEqual(0, bob.read("list-ada-5").cursor)
        self.assert_refused("scope-forbidden", 403, bob.read, "no-such-scope")
        self.assert_refused("auth-forbidden", 403, bob.read, "list-all-1000")

    def test_more_than_a_hundred_at_once_are_refused_together(self) -> None:
        client = self.server.client()
        many = [client.mutate("lists/tally", "list-ada-6", {"id": "bread"}).message() for _ in range(101)]
        refusal = self.assert_refused("sync-too-many", 413, client.ask, "push", {"client": client.name, "mutations": many})
        self.assertEqual({"limit": 100}, refusal.params)
        client.push()
        self.assertEqual([], client.queue)

    def test_a_client_is_its_users_and_a_message_is_of_the_user_that_it_names(self) -> None:
        scope, ada = "list-all-7", self.server.client("ada")
        self.fill(ada, scope, 1)
        other = self.server.client("bob", name=ada.name)
        other.mutate("lists/clear", scope, {})
        self.assertEqual({"key": "client"}, self.assert_refused("auth-forbidden", 403, other.settle).params)
        self.assertEqual(1, len(other.queue))
        changed = LogClient(self.server.url, self.server.tokens["bob"], "ada")
        self.assert_refused("auth-user-changed", 403, changed.read, scope)
        nobody = LogClient(self.server.url, "none-of-yours", "ada")
        self.assert_refused("auth-required", 401, nobody.read, scope)
        self.assertEqual(1, ada.read(scope).cursor)


class SlowServices(ServerTest):
    variables = {"SYNC_HANDLER_TIMEOUT_MS": "300"}

    def test_one_that_never_gets_done_is_refused_in_the_end(self) -> None:
        scope, client = "list-ada-1", self.server.client()
        never = client.mutate("lists/add", scope, {"id": "bread", "amount": 21})
        behind = client.mutate("lists/put", scope, {"id": "bread", "text": "Bread"})
        self.assert_refused("sync-timeout", None, client.push)
        client.settle()
        self.assertEqual(("sync-timeout", True), (never.outcome["errorCode"], behind.outcome["ok"]))


class PausingClient(LogClient):
    """Lets something happen behind each part of a snapshot, and keeps what cursors the parts are of."""

    def __init__(self, *options: Any, happen: Callable[[int], None]):
        super().__init__(*options)
        self.happen = happen
        self.cursors: list[int] = []

    def ask(self, what: str, message: dict[str, Any]) -> dict[str, Any]:
        answer = super().ask(what, message)
        if what == "snapshot":
            self.cursors.append(answer["cursor"])
            self.happen(len(self.cursors))
        return answer


class Reads(ServerTest):
    def test_a_snapshot_of_many_comes_page_by_page_and_all_pages_are_of_one_cursor(self) -> None:
        scope, writer = "list-all-1", self.server.client("bob")
        self.fill(writer, scope, 2_100)
        # In the order of keys, this one is on the last page.
        last = f"{scope}-999"

        def happen(page: int) -> None:
            writer.mutate("lists/add", scope, {"id": last, "amount": 1})
            writer.mutate("lists/tally", scope, {"id": f"{last}-{page}"})
            writer.settle()

        client = self.server.client(kind=PausingClient, happen=happen)
        client.snapshot(scope)
        copy, pages = client.copies[scope], len(client.cursors)
        items = copy.entities["listItem"]
        self.assertGreater(pages, 1)
        self.assertEqual([2_100] * pages, client.cursors)
        self.assertEqual((2_100, 1, 2_100), (len(items), items[last]["count"], copy.cursor))
        client.pull(scope)
        self.assertEqual((2_100 + pages, 1 + 2 * pages), (len(items), items[last]["count"]))

    def test_a_cursor_of_the_future_leads_to_a_snapshot(self) -> None:
        scope, client = "list-ada-2", self.server.client()
        self.fill(client, scope, 2)
        self.assert_refused("cursor-too-old", 410, client.ask, "pull", {"scope": scope, "cursor": 3})
        copy = client.read(scope)
        copy.begin({"listItem": {"ghost": {}}}, 1_000, copy.epoch)
        client.pull(scope)
        self.assert_is_the_truth(client, scope)

    def test_a_backup_that_was_brought_back_leads_to_a_snapshot_and_new_numbers(self) -> None:
        scope, client = "list-all-3", self.server.client()
        self.fill(client, scope, 3)
        log, backup = os.path.join(self.server.folder, "log.sqlite"), os.path.join(self.server.folder, "copy.sqlite")
        run_sql(log, f"VACUUM INTO '{backup}'")
        client.mutate("lists/put", scope, {"id": f"{scope}-0", "text": "lost"})
        client.settle()
        followers = self.follow_both_ways(scope)
        self.server.kill()
        for ending in ("-wal", "-shm"):
            Path(log + ending).unlink(missing_ok=True)
        os.replace(backup, log)
        run_sql(log, "UPDATE sync_scopes SET epoch = lower(hex(randomblob(4)))")
        self.server.start()
        # The server knows three of this client, and the client has four behind it.
        put = client.mutate("lists/put", scope, {"id": f"{scope}-1", "text": "Bread"})
        client.settle()
        self.assertEqual((4, 4), (put.seq, put.outcome["cursor"]))
        client.read(scope)
        self.assert_is_the_truth(client, scope)
        for follower in followers:
            self.assert_arrives(follower)


def run_sql(file: str, statement: str) -> None:
    database = sqlite3.connect(file, isolation_level=None)
    database.execute(statement)
    database.close()


class TrimmedLogs(ServerTest):
    variables = {"SYNC_LOG_CHANGES": "5"}

    def test_who_is_behind_what_is_kept_begins_again_with_a_snapshot_and_what_waits_stays(self) -> None:
        scope, writer, reader = "list-all-1", self.server.client("bob"), self.server.client("ada")
        self.fill(writer, scope, 1_100)
        cursor = reader.read(scope).cursor
        waiting = reader.mutate("lists/put", scope, {"id": f"{scope}-0", "text": "Bread"})

        def happen(page: int) -> None:
            """Trims the log between the first two pages of a snapshot."""
            if page == 1:
                for number in range(10):
                    writer.mutate("lists/add", scope, {"id": f"{scope}-{number}", "amount": 1})
                writer.settle()
                self.wait_until_trimmed(scope, cursor)

        beginner = self.server.client(kind=PausingClient, happen=happen)
        beginner.snapshot(scope)
        self.assert_is_the_truth(beginner, scope)
        self.assertEqual([cursor] + [cursor + 10] * (len(beginner.cursors) - 1), beginner.cursors)

        self.assert_refused("cursor-too-old", 410, self.stream, reader, scope, cursor)
        reader.pull(scope)
        self.assert_is_the_truth(reader, scope)
        self.assertEqual([waiting], reader.queue)
        reader.push()
        self.assertEqual(cursor + 11, waiting.outcome["cursor"])
        # One that is not older than what is kept is read on from.
        self.assertEqual(5, len(reader.ask("pull", {"scope": scope, "cursor": cursor + 6})["changes"]))

    def wait_until_trimmed(self, scope: str, cursor: int) -> None:
        client, deadline = self.server.client(), time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                client.ask("pull", {"scope": scope, "cursor": cursor, "limit": 1})
            except Refusal as refusal:
                self.assertEqual("cursor-too-old", refusal.code)
                return
            time.sleep(0.1)
        self.fail("the log was never trimmed")

    def stream(self, client: LogClient, scope: str, cursor: int) -> None:
        """Follows from a cursor, and returns if that is possible."""
        connection = client.door.connect(PATIENCE_S)
        self.addCleanup(connection.close)
        path = f"/_sync/pull?scope={scope}&cursor={cursor}"
        response = client.door.request(connection, "GET", path, Accept="text/event-stream")
        if response.status != 200:
            result_of(json.loads(response.read()))


if __name__ == "__main__":
    unittest.main()
