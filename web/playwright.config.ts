import { defineConfig, devices } from "@playwright/test";

/** Where the platform under test answers, and the Chromium to use; the launcher of the tests sets both. */
const { TALLY_WEB = "http://127.0.0.1:3008", TALLY_CHROMIUM } = process.env;

export default defineConfig({
  testDir: "e2e",
  // One platform with one set of data: a test that changes it must not run beside one that reads it.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    baseURL: TALLY_WEB,
    screenshot: "only-on-failure",
    trace: { mode: "retain-on-failure", screenshots: false },
    launchOptions: { args: ["--no-sandbox"], ...(TALLY_CHROMIUM ? { executablePath: TALLY_CHROMIUM } : {}) },
  },
});
