/** Text of the pages below `/fraud`. */
export const text = {};
