import { defineConfig } from "vite";

/** Puts the page together with the libraries that it imports. */
export default defineConfig({ build: { assetsInlineLimit: 0, outDir: "dist", emptyOutDir: true } });
