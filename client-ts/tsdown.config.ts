import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { index: "src/index.ts", react: "src/react/index.ts", vite: "src/vite/index.ts" },
  format: "esm",
  platform: "neutral",
  // The plugin for Vite runs in Node.
  deps: { neverBundle: [/^node:/] },
  target: "es2022",
  fixedExtension: false,
  dts: true,
  clean: true,
});
