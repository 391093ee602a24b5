/** English text: what all pages share; each area has a module of its own here, loaded with its pages. */
import { shared } from "./shared";

export const text = shared;
