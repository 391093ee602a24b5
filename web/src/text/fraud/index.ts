/** Text of the pages below `/fraud`. */
import { cohorts } from "./cohorts";
import { decisions } from "./decisions";
import { drift } from "./drift";
import { shared } from "./shared";

export const text = { ...shared, ...decisions, ...cohorts, ...drift };
