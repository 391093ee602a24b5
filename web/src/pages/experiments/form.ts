/** The form of an experiment, shared by its sections. */
import { createFormContext } from "@mantine/form";
import type { Values } from "./formValues";

export const [ExperimentFormProvider, useExperimentFormContext, useExperimentForm] =
  createFormContext<Values>();
