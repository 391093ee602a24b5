// Answers Cube queries given as lines of JSON: `node serve.js LAKE RATES THREADS`, {"query": …, "cacheMode": …} in,
// {"milliseconds": …, "rows": …, "preAggregations": […]} out.
//
// Cube's native module is a binary that its package downloads, as is Cube Store. Without them the planner written in
// JavaScript makes the SQL, pre-aggregations are tables of the same DuckDB, and what is timed ends where the native
// module would write the answer as JSON.

process.env.CUBEJS_TESSERACT_SQL_PLANNER = 'false';
process.env.CUBEJS_CACHE_AND_QUEUE_DRIVER = 'memory';
process.env.CUBEJS_PRE_AGGREGATIONS_BUILDER = 'true';
process.env.CUBEJS_TELEMETRY = 'false';
process.env.CUBEJS_DB_TYPE = 'duckdb';
process.env.CUBEJS_API_SECRET = 'bench';
process.env.CUBEJS_DB_QUERY_LIMIT = '100000';
process.env.CUBEJS_LOG_LEVEL = 'error';

const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const { ApiGateway } = require('@cubejs-backend/api-gateway');
const { DuckDBDriver } = require('@cubejs-backend/duckdb-driver');
const { CubejsServerCore } = require('@cubejs-backend/server-core');
const { CompilerApi } = require('@cubejs-backend/server-core/dist/src/core/CompilerApi');

const [lake, rates, threads] = process.argv.slice(2);
const model = fs
  .readFileSync(path.join(__dirname, 'model.js'), 'utf8')
  .replaceAll('LAKE', lake)
  .replaceAll('RATES', rates);

class Gateway extends ApiGateway {
  createSQLServerInstance() {
    return null;
  }
}

class Core extends CubejsServerCore {
  createApiGatewayInstance(...given) {
    return new Gateway(...given);
  }
}

// Only models written in YAML or Python need it.
CompilerApi.prototype.createNativeInstance = () => ({
  newJinjaEngine: () => ({}),
  loadPythonContext: async () => ({ filters: {}, functions: {}, variables: {} }),
});

const gateway = new Core({
  driverFactory: () => new DuckDBDriver({ initSql: `SET threads = ${threads}; SET TimeZone = 'UTC'` }),
  repositoryFactory: () => ({
    localPath: () => '.',
    dataSchemaFiles: async () => [{ fileName: 'model.js', content: model }],
  }),
  logger: () => {},
  telemetry: false,
  scheduledRefreshTimer: false,
  orchestratorOptions: { continueWaitTimeout: 60 },
}).apiGateway();

function answer({ query, cacheMode }) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    gateway.load({
      query,
      cacheMode,
      apiType: 'rest',
      context: { requestId: String(started), securityContext: {}, authInfo: null },
      res: (told) => {
        const milliseconds = performance.now() - started;
        if (told.error) return reject(new Error(String(told.error)));
        const used = Object.keys(told.getRootResultObject()[0].usedPreAggregations ?? {});
        return resolve({ milliseconds, rows: told.getArray(), preAggregations: used });
      },
    });
  });
}

// What takes longer than a minute (building pre-aggregations does) is asked again, as Cube's clients do.
async function patiently(asked) {
  for (;;) {
    const told = await answer(asked).catch((error) => ({ error: error.message }));
    if (told.error !== 'Continue wait') return told;
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await patiently(JSON.parse(line)))}\n`);
  }
  process.exit(0);
}

main();
