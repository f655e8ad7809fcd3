import { expect, it } from "vitest";
import { showJson } from "./showJson";

it.each([
  { value: {}, shown: "{}" },
  { value: { newValue: 5, by: { name: "Ada" } }, shown: '{ newValue: 5, by: { name: "Ada" } }' },
  { value: { "two words": [1, null] }, shown: '{ "two words": [ 1, null ] }' },
  { value: { text: 'say "a": 1,\n"b": 2' }, shown: String.raw`{ text: "say \"a\": 1,\n\"b\": 2" }` },
])("showJson writes $shown", ({ value, shown }) => {
  expect(showJson(value)).toBe(shown);
});
