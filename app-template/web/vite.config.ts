import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `cargo run -p app-server` listens when nothing says otherwise. */
const SERVER = "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: {
      "/auth": SERVER,
      "/sync": SERVER,
      "/socket.io": { target: SERVER, ws: true },
    },
  },
  build: {
    // Nothing is inlined as `data:`: whoever sends a content security policy in front of the app can keep it narrow.
    assetsInlineLimit: 0,
  },
});
