/** The form of a rule, shared by the parts of the page. */
import { createFormContext } from "@mantine/form";
import type { RuleForm } from "../ruleForm";

export const [RuleFormProvider, useRuleFormContext, useRuleForm] = createFormContext<RuleForm>();
