// Runs main.ts, which Node 20 cannot read by itself.
import { runnerImport } from "vite";

// Or what Vite builds is for development, as what it runs is.
process.env.NODE_ENV = "production";
try {
  const { module } = await runnerImport(new URL("main.ts", import.meta.url).pathname, { root: import.meta.dirname, configFile: false });
  await module.main(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(1);
}
