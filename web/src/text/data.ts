/** Text of the pages below `/data`. */
export const text = {};
