/** Lets Node load `dt-sql-parser`, which is published for bundlers: its imports omit `.js` and the index of a folder. */
const OMITTED = { ERR_UNSUPPORTED_DIR_IMPORT: '/index.js', ERR_MODULE_NOT_FOUND: '.js' };

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context).catch((error) => {
    if (!context.parentURL?.includes('/dt-sql-parser/') || !(error.code in OMITTED)) throw error;
    return next(specifier + OMITTED[error.code], context);
  });
  return found.url.includes('/dt-sql-parser/') ? { ...found, format: 'module' } : found;
}
