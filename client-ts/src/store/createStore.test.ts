import { expect, test } from "vitest";
import { databaseOf } from "./createStore";

test("each user has a database of their own, and so has nobody, whatever stores and users are called", () => {
  const names = ["", "a", "a b", "nobody's", "b"];
  const users = [null, "", "null", "b", "a b", "b b", "nobody's store "];
  const databases = names.flatMap(name => users.map(user => databaseOf(name, user)));
  expect(new Set(databases).size).toBe(names.length * users.length);
  expect(databaseOf("", "ada"), "as it was always called").toBe("syncwright store  ada");
});
