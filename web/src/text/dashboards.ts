/** Text of the pages below `/dashboards`. */
export const text = {};
