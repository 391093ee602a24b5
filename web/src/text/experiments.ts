/** Text of the pages below `/experiments`. */
export const text = {};
