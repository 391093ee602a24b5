/** Parses statements with a grammar of Trino: a list of texts on the standard input, the list of their errors out. */
import { register } from 'node:module';
import { json } from 'node:stream/consumers';

register('./resolve.mjs', import.meta.url);
const { TrinoSQL } = await import('dt-sql-parser/dist/parser/trino/index.js');

const parser = new TrinoSQL();
const statements = await json(process.stdin);
process.stdout.write(JSON.stringify(statements.map((statement) => parser.validate(statement))));
