import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a running platform; `make run` starts one there. */
const platform = process.env.TALLY_API ?? "http://127.0.0.1:8090";
const proxied = { target: platform, changeOrigin: true };
/** Sockets are accepted from the application's own origin only, which a page of the development server does not have. */
const sockets = { ...proxied, ws: true, headers: { origin: "http://localhost:3008" } };

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { port: 5173, proxy: { "/api": proxied, "/ws": sockets } },
  build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 700 },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true },
});
