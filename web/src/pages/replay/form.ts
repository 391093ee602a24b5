/** The form of a scenario, shared by its sections. */
import { createFormContext } from "@mantine/form";
import type { Values } from "./formValues";

export const [ScenarioFormProvider, useScenarioFormContext, useScenarioForm] = createFormContext<Values>();
