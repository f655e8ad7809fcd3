import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TestBrowser } from "../testing/browser";
import { apply, open, put, SCOPE, settle } from "../testing/lists";
import { LogServer } from "../testing/logServer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function setUp() {
  const server = new LogServer(apply);
  const page = open(server, new TestBrowser());
  await settle();
  /** After how many milliseconds each push of the next ones is sent, in steps of 100. */
  const pauses = async (ms: number): Promise<readonly number[]> => {
    const pushes = () => page.connection.sent.filter(what => what === "push").length;
    const found: number[] = [];
    let [before, last] = [pushes(), 0];
    for (let at = 100; at <= ms; at += 100) {
      await vi.advanceTimersByTimeAsync(100);
      if (pushes() === before) continue;
      found.push(at - last);
      [before, last] = [pushes(), at];
    }
    return found;
  };
  return { server, page, pauses };
}

it("sends what was not settled ever more rarely, whatever happens meanwhile, and soon again after a success", async () => {
  const { server, page, pauses } = await setUp();
  const { store, connection } = page;
  const stuck = put(store, "a", "A");
  server.stuck.add(stuck.id);
  await settle();
  // Half of 1 s, 2 s, 4 s … 30 s: so it falls in this test.
  expect(await pauses(10_000)).toEqual([500, 1_000, 2_000, 4_000]);
  put(store, "b", "B");
  page.focus();
  expect(await pauses(60_000), "nor does the safety net come in between").toEqual([5_500, 15_000, 15_000, 15_000]);
  server.stuck.clear();
  expect(await pauses(20_000)).toEqual([5_500]);
  expect(await stuck.settled).toMatchObject({ status: "success" });
  expect(store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live" });
  server.stuck.add(put(store, "c", "C").id);
  await settle();
  expect(await pauses(2_000)).toEqual([500, 1_000]);
  // A new socket is a reason to try at once, and none to begin anew.
  connection.lose();
  connection.open();
  expect(await pauses(13_000)).toEqual([4_000, 8_000]);
});

it("does not send at once what is left of a batch of which a part was settled", async () => {
  const { server, page, pauses } = await setUp();
  page.connection.lose();
  const [first, second] = [put(page.store, "a", "A"), put(page.store, "b", "B")];
  server.stuck.add(second.id);
  await settle();
  page.connection.open();
  await settle();
  expect(await first.settled).toMatchObject({ status: "success" });
  expect(page.connection.sent.filter(what => what === "push")).toHaveLength(1);
  expect(await pauses(4_000)).toEqual([500, 1_000, 2_000]);
});

it("waits, too, where the server knows another client whoever it says it is", async () => {
  const { page, pauses } = await setUp();
  const { push } = page.connection;
  const answers: string[] = [];
  Object.assign(page.connection, {
    push: async (asked: Parameters<typeof push>[0]) => {
      answers.push(asked.client);
      await push({ ...asked, mutations: [] });
      return { status: "error", errorCode: "sync-id-reused", errorParams: {}, message: "", httpStatus: 409 };
    },
  });
  put(page.store, "a", "A");
  await settle();
  expect(answers, "as another client once").toHaveLength(2);
  expect(await pauses(4_000)).toEqual([500, 1_000, 2_000]);
});

it("says once why all that it asks for is refused, where nothing says that this will pass", async () => {
  const { page, pauses } = await setUp();
  const { connection } = page;
  const { push } = connection;
  const refuse = (errorCode: string) => async () => ({ status: "error", errorCode, errorParams: {}, message: "No.", httpStatus: 403 });
  for (const passing of ["store-unavailable", "auth-required"]) {
    Object.assign(connection, { push: refuse(passing) });
    put(page.store, "a", passing);
    await pauses(30_000);
  }
  expect(connection.problems).toEqual([]);
  Object.assign(connection, { push: refuse("auth-forbidden") });
  await pauses(120_000);
  expect(connection.problems).toEqual([{ kind: "push-refused", errorCode: "auth-forbidden", message: "No." }]);
  Object.assign(connection, { push });
  await pauses(60_000);
  expect(page.store.status(SCOPE).get()).toMatchObject({ pending: 0, status: "live" });
});
