/** All English text of the application, by area. Pages import `text` and nothing else. */
import { shared } from "./shared";

export const text = { ...shared };
