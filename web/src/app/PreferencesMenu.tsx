/** Time zone, currency, color theme and sign-out. */
import {
  ActionIcon,
  Button,
  Divider,
  Popover,
  SegmentedControl,
  Select,
  Stack,
  Text,
  useMantineColorScheme,
} from "@mantine/core";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import { useNavigate } from "react-router";
import { setPreferences, timeZones, usePreferences } from "@/preferences/preferences";
import { signOut } from "@/session/session";
import { text } from "@/text";

const ALL = "all";
const CURRENCIES = [
  "USD",
  "EUR",
  "GBP",
  "CHF",
  "JPY",
  "AUD",
  "CAD",
  "CNY",
  "DKK",
  "INR",
  "NOK",
  "PLN",
  "SEK",
  "TRY",
];

export function PreferencesMenu() {
  const { timeZone, currency } = usePreferences();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const leave = () => {
    signOut();
    void navigate("/sign-in");
  };
  return (
    <Popover position="bottom-end" width={280} trapFocus returnFocus withArrow>
      <Popover.Target>
        <ActionIcon variant="subtle" size="lg" aria-label={text.shell.preferences}>
          <IconAdjustmentsHorizontal size={20} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Select
            label={text.shell.timeZone}
            data={timeZones()}
            value={timeZone}
            searchable
            openOnFocus={false}
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            onChange={(chosen) => chosen !== null && setPreferences({ timeZone: chosen })}
          />
          <Select
            label={text.shell.currency}
            description={text.shell.currencyHint}
            data={[{ value: ALL, label: text.shell.allCurrencies }, ...CURRENCIES]}
            value={currency ?? ALL}
            searchable
            openOnFocus={false}
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            onChange={(chosen) => setPreferences({ currency: chosen === ALL ? null : chosen })}
          />
          <div>
            <Text size="sm" fw={500} mb={4}>
              {text.shell.theme}
            </Text>
            <SegmentedControl
              fullWidth
              size="xs"
              aria-label={text.shell.theme}
              value={colorScheme}
              onChange={setColorScheme}
              data={(["light", "dark", "auto"] as const).map((value) => ({
                value,
                label: text.shell.themes[value],
              }))}
            />
          </div>
          <Divider />
          <Button variant="default" onClick={leave}>
            {text.actions.signOut}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
