import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** Measurements of pages, which `python -m bench pages` starts: they print figures and can miss no aim. */
export default defineConfig({ ...tests, testMatch: "*.measure.ts", timeout: 300_000 });
