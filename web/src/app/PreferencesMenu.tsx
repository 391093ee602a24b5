/** Time zone, color theme and sign-out. */
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

export function PreferencesMenu() {
  const { timeZone } = usePreferences();
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
            description={text.shell.timeZoneHint}
            data={timeZones()}
            value={timeZone}
            searchable
            openOnFocus={false}
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            onChange={(chosen) => chosen !== null && setPreferences({ timeZone: chosen })}
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
