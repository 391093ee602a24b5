/** Text of the pages below `/admin`. */
export const text = {};
