import { expect, it } from "vitest";
import type { AppMutators } from "../_sockets/syncRequest";
import { todoMutators } from "./todoMutators";

type Tx = Parameters<NonNullable<NonNullable<AppMutators["todos/create"]>["v1"]>>[0];

it("guesses what is added to be by whoever is called so by then", () => {
  let name = "Ada";
  const mutators = todoMutators(() => name);
  const authors: string[] = [];
  const create = (_: string, { list, author }: { list: string; author: string }) => void authors.push(`${list} ${author}`);
  const tx = { scope: "todos-home", create } as unknown as Tx;
  const add = () => mutators["todos/create"]?.v1?.(tx, { id: "a", title: "A", place: "a0" });
  add();
  name = "Countess";
  add();
  expect(authors).toEqual(["home Ada", "home Countess"]);
});
