/** Text of the pages below `/alerts`. */
export const text = {};
