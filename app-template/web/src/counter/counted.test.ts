import { expect, it } from "vitest";
import { counted } from "./counted";

const ada = { userId: "ada", name: "Ada" };
const bob = { userId: "bob", name: "Bob" };

it("adds, begins again, and says whose doing it was", () => {
  expect(counted({ value: 5, changedBy: bob }, { add: { amount: 3 } }, ada)).toEqual({ value: 8, changedBy: ada });
  expect(counted({ value: 5, changedBy: bob }, "reset", ada)).toEqual({ value: 0, changedBy: ada });
});

it("stops where the server does", () => {
  const full = { value: 999_999, changedBy: null };
  expect(counted(full, { add: { amount: 2 } }, ada)).toBe(full);
  expect(counted(full, { add: { amount: 1 } }, ada).value).toBe(1_000_000);
});
