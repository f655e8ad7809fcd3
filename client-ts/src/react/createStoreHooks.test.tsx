// @vitest-environment happy-dom
import { act, memo, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { TestBrowser } from "../testing/browser";
import { domForEachTest } from "../testing/dom";
import { apply, open, SCOPE, type Entities, type Item, type Mutations } from "../testing/lists";
import { LogServer } from "../testing/logServer";
import { createStoreHooks } from "./createStoreHooks";

const dom = domForEachTest();
const { StoreProvider, useEntities, useEntity, usePending, useStore, useStoreOrNull, useSyncStatus } = createStoreHooks<Mutations, Entities>();

/** Does something, and lets everything happen that waits for nothing but its turn. */
const doing = (what: () => void): Promise<void> =>
  act(async () => {
    what();
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
  });

function setUp(isOpen = true) {
  const page = open(new LogServer(apply), new TestBrowser(), { isOpen });
  const show = (children: ReactNode): Promise<void> => dom.show(<StoreProvider store={page.store}>{children}</StoreProvider>);
  return { ...page, show, put: (id: string, text: string) => doing(() => void page.store.mutate("list/put", "v1", SCOPE, { id, text })) };
}

test("lists what a query finds, sorted, and the same list where nothing in it has changed", async () => {
  const { show, put } = setUp();
  const lists: (readonly Item[])[] = [];
  const List = memo(({ items }: { readonly items: readonly Item[] }) => {
    lists.push(items);
    return items.map(({ text }) => text).join(" ");
  });
  let renders = 0;
  function Page(): ReactNode {
    renders += 1;
    // Other functions with each render.
    return <List items={useEntities("item", { scope: SCOPE, where: ({ text }) => text.length > 1, orderBy: "text" })} />;
  }
  await show(<Page />);
  await put("a", "zz");
  await put("b", "yy");
  expect(dom.container.textContent).toBe("yy zz");
  const before = [lists.length, renders];
  await put("c", "x");
  expect([lists.length, renders], "nothing is rendered for what is not in it").toEqual(before);
  await show(<Page />);
  expect(lists.length, "the list is the same for other functions").toBe(before[0]);
});

test("shows what waits, what was refused, and one of them", async () => {
  const { show, put, connection, store } = setUp(false);
  function Page(): ReactNode {
    const item = useEntity("item", "a", SCOPE);
    const { pending, rejected, status } = useSyncStatus(SCOPE);
    const waiting = usePending("item", SCOPE);
    return [item?.text, [...waiting].join(), pending, rejected.map(({ errorCode }) => errorCode).join(), status].join("|");
  }
  await show(<Page />);
  await put("a", "A");
  await put("b", "no");
  expect(dom.container.textContent).toBe("A|a,b|2||offline");
  await doing(() => connection.open());
  expect(dom.container.textContent).toBe("A||0|list-no|live");
  await doing(() => store.dismiss(store.status(SCOPE).get().rejected[0]?.id ?? ""));
  expect(dom.container.textContent).toBe("A||0||live");
});

test("has nothing on a server, and says what is missing around it", async () => {
  const { store } = setUp();
  const Page = (): ReactNode => `${useEntities("item", { scope: SCOPE }).length} ${useSyncStatus(SCOPE).status}`;
  expect(renderToString(<StoreProvider store={store}><Page /></StoreProvider>)).toBe("0 syncing");
  const Nobody = (): ReactNode => String(useStoreOrNull());
  expect(renderToString(<StoreProvider store={null}><Nobody /></StoreProvider>)).toBe("null");
  const Alone = (): ReactNode => typeof useStore();
  expect(() => renderToString(<Alone />)).toThrow("put `<StoreProvider store={…}>` around");
});
