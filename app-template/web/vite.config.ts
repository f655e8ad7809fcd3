import react from "@vitejs/plugin-react";
import { syncwright } from "syncwright/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), syncwright()],
  build: {
    // Nothing is inlined as `data:`: whoever sends a content security policy in front of the app can keep it narrow.
    assetsInlineLimit: 0,
  },
});
