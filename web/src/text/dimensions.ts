/** The names of the dimensions of cohorts, in the order in which pages list them. */
export const dimensions = {
  merchant: "Merchant",
  channel: "Channel",
  geography: "Geography",
  device: "Device",
  risk_band: "Risk band",
  model_version: "Model version",
  rule_version: "Rule version",
};
