/** Colors, type and the defaults of Mantine's components. */
import { createTheme, type MantineColorsTuple } from "@mantine/core";
import { text } from "@/text";

/** Colors of series in charts, distinguishable with the common kinds of color blindness (Okabe and Ito, 2008). */
export const SERIES = [
  "#3b5bdb",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#8d99ae",
  "#b8a400",
];

const ink: MantineColorsTuple = [
  "#edf2ff",
  "#dbe4ff",
  "#bac8ff",
  "#91a7ff",
  "#748ffc",
  "#5c7cfa",
  "#4263eb",
  "#3b5bdb",
  "#364fc7",
  "#2b3f9e",
];

const CLOSE = { "aria-label": text.actions.close };

export const theme = createTheme({
  primaryColor: "ink",
  colors: { ink },
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', sans-serif",
  headings: { fontWeight: "650" },
  defaultRadius: "md",
  cursorType: "pointer",
  components: {
    Drawer: { defaultProps: { closeButtonProps: CLOSE } },
    Modal: { defaultProps: { closeButtonProps: CLOSE } },
    Table: { defaultProps: { verticalSpacing: 6, highlightOnHover: true } },
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "sm" } },
    NumberInput: { defaultProps: { hideControls: true } },
    // Descriptions below, so that inputs beside each other are in line.
    InputWrapper: { defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] } },
    Tooltip: {
      defaultProps: { withArrow: true, openDelay: 200, events: { hover: true, focus: true, touch: true } },
    },
  },
});
