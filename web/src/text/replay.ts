/** Text of the pages below `/replay`. */
export const text = {};
