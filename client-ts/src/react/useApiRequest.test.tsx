// @vitest-environment happy-dom
import { act, useEffect, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { expect, test, vi } from "vitest";
import { createSyncIn } from "../sync/createSync";
import { domForEachTest } from "../testing/dom";
import { FakeNetwork, FakeWakes } from "../testing/fakeSocket";
import type { ApiTypeMap, ErrorCode, SyncTypeMap } from "../testing/routes";
import { failure, unnamed } from "../testing/testServer";
import { createSyncHooks } from "./createSyncHooks";

const dom = domForEachTest();

function setUp() {
  const network = new FakeNetwork();
  const sync = createSyncIn<SyncTypeMap, ErrorCode, ApiTypeMap>(
    { openSocket: network.openSocket, onWake: new FakeWakes().onWake },
    { lang: () => "en" },
  );
  return { network, sync, ...createSyncHooks(sync) };
}

function setUpConnected() {
  const all = setUp();
  all.sync.connect();
  all.network.socket.accept();
  return all;
}

const FIND = { name: "games/find", version: "v1" } as const;
const found = (title: string): object => ({ status: "success", result: { title } });

/** A page that asks when it is told to: what it shows is `pending`, the title or the code. */
function setUpPage() {
  const all = setUpConnected();
  const page = { ask: (_id: string, _signal?: AbortSignal): Promise<{ status: string }> => Promise.reject(new Error("not rendered")) };
  function Game(): ReactNode {
    const { call, result, error, isPending } = all.useApiRequest(FIND);
    useEffect(() => void (page.ask = (id, signal) => call({ data: { id }, signal })), [call]);
    return `${isPending ? "pending " : ""}${error === null ? "" : `${error.errorCode} `}${result?.title ?? "nothing"}`;
  }
  return { ...all, page, Game };
}

test("shows that it asks, and then the answer", async () => {
  const { network, page, Game } = setUpPage();
  await dom.show(<Game />);
  expect(dom.container.textContent).toBe("nothing");
  let answer: Promise<unknown> = Promise.resolve();
  await act(async () => void (answer = page.ask("1")));
  expect(dom.container.textContent).toBe("pending nothing");
  expect(network.socket.sent.map(({ event, payload }) => `${event} ${JSON.stringify(unnamed({ ...payload }))}`)).toEqual([
    'request {"name":"games/find","version":"v1","data":{"id":"1"}}',
  ]);
  await act(async () => network.socket.answer("request", found("Go")));
  expect(dom.container.textContent).toBe("Go");
  expect(await answer, "the caller is answered, too").toEqual(found("Go"));
});

test("keeps what it shows until the next answer, which takes its place", async () => {
  const { network, page, Game } = setUpPage();
  await dom.show(<Game />);
  await act(async () => void page.ask("1"));
  await act(async () => network.socket.answer("request", found("Go")));
  await act(async () => void page.ask("2"));
  expect(dom.container.textContent).toBe("pending Go");
  await act(async () => network.socket.answer("request", failure("auth-required", 401)));
  expect(dom.container.textContent).toBe("auth-required nothing");
  await act(async () => void page.ask("3"));
  expect(dom.container.textContent).toBe("pending auth-required nothing");
  await act(async () => network.socket.answer("request", found("Chess")));
  expect(dom.container.textContent).toBe("Chess");
});

test("shows the newest answer, in whichever order they come", async () => {
  const { network, page, Game } = setUpPage();
  await dom.show(<Game />);
  let first: Promise<unknown> = Promise.resolve();
  await act(async () => void (first = page.ask("1")));
  await act(async () => void page.ask("2"));
  expect(await first).toMatchObject({ errorCode: "sync-cancelled" });
  expect(dom.container.textContent).toBe("pending nothing");
  const [slow, quick] = network.socket.sentAs("request");
  await act(async () => quick?.answered(found("Chess")));
  await act(async () => slow?.answered(found("Go")));
  expect(dom.container.textContent).toBe("Chess");
});

test("ends a call by the caller's own signal, and says so", async () => {
  const { page, Game } = setUpPage();
  await dom.show(<Game />);
  const controller = new AbortController();
  await act(async () => void page.ask("1", controller.signal));
  await act(async () => controller.abort());
  expect(dom.container.textContent).toBe("sync-cancelled nothing");
  await act(async () => void page.ask("2", controller.signal));
  expect(dom.container.textContent).toBe("sync-cancelled nothing");
});

test("lets go of the caller's signal with the answer", async () => {
  const { network, page, Game } = setUpPage();
  await dom.show(<Game />);
  const { signal } = new AbortController();
  const [taken, given] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
  await act(async () => void page.ask("1", signal));
  expect(given).not.toHaveBeenCalled();
  await act(async () => network.socket.answer("request", found("Go")));
  expect(given.mock.lastCall).toEqual(taken.mock.lastCall);
});

test("ends the call under way on unmount", async () => {
  const { network, page, Game } = setUpPage();
  await dom.show(<Game />);
  let answer: Promise<unknown> = Promise.resolve();
  await act(async () => void (answer = page.ask("1")));
  await dom.show(null);
  expect(await answer).toMatchObject({ errorCode: "sync-cancelled" });
  network.socket.answer("request", found("Go"));
});

test("asks in an effect, once more for each change, and once for all renders", async () => {
  const { network, useApiRequest } = setUpConnected();
  function Game({ id }: { id: string }): ReactNode {
    const { call, result, isPending } = useApiRequest(FIND);
    useEffect(() => void call({ data: { id } }), [call, id]);
    return isPending ? "pending" : result?.title;
  }
  await dom.show(<Game id="1" />);
  expect(dom.container.textContent, "StrictMode has ended the first of two calls").toBe("pending");
  await act(async () => network.socket.answer("request", found("Go")));
  expect(dom.container.textContent).toBe("Go");
  await dom.show(<Game id="1" />);
  await dom.show(<Game id="2" />);
  const asked = ["1", "1", "2"].map(id => ({ payload: { data: { id } } }));
  expect(network.socket.sentAs("request")).toMatchObject(asked);
});

test("does not wait for ever in StrictMode, where a component goes on after its unmount", async () => {
  const { useApiRequest } = setUpConnected();
  let hasAsked = false;
  function Game(): ReactNode {
    const { call, isPending } = useApiRequest(FIND);
    useEffect(() => {
      if (!hasAsked) void call({ data: { id: "1" } });
      hasAsked = true;
    }, [call]);
    return isPending ? "pending" : "idle";
  }
  await dom.show(<Game />);
  expect(dom.container.textContent).toBe("idle");
});

test("shows nothing of another route, and ends its call", async () => {
  const { network, useApiRequest } = setUpConnected();
  const answers: unknown[] = [];
  const shown: string[] = [];
  function Game({ version }: { version: "v1" | "v2" }): ReactNode {
    const { call, result, isPending } = useApiRequest({ name: "games/find", version });
    shown.push(`${version} ${isPending ? "pending" : (result?.title ?? "nothing")}`);
    return <button onClick={() => void call({ data: { id: "1" } }).then(answer => answers.push(answer))} />;
  }
  const press = (): Promise<void> => act(async () => dom.container.querySelector("button")?.click());
  document.body.append(dom.container);
  await dom.show(<Game version="v1" />);
  await press();
  await act(async () => network.socket.answer("request", found("Go")));
  await press();
  shown.length = 0;
  await dom.show(<Game version="v2" />);
  expect(new Set(shown)).toEqual(new Set(["v2 nothing"]));
  expect(answers).toMatchObject([{ status: "success" }, { errorCode: "sync-cancelled" }]);
  dom.container.remove();
});

test("hands out the same function over all renders", async () => {
  const { useApiRequest } = setUpConnected();
  const functions = new Set<unknown>();
  function Game(): ReactNode {
    const { call } = useApiRequest(FIND);
    useEffect(() => void functions.add(call));
    return null;
  }
  await dom.show(<Game />);
  await dom.show(<Game />);
  expect(functions.size).toBe(1);
});

test("on the server nothing is asked", () => {
  const { network, useApiRequest } = setUp();
  function Game(): ReactNode {
    const { result, error, isPending } = useApiRequest(FIND);
    return JSON.stringify({ result, error, isPending });
  }
  expect(renderToString(<Game />).replaceAll("&quot;", '"')).toBe('{"result":null,"error":null,"isPending":false}');
  expect(network.sockets).toHaveLength(0);
});
