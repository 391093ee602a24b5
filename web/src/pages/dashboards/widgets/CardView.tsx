/** Numbers on a card: one large one with its change and course, or several side by side. */
import { Box, Group, Text, Tooltip } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight, IconMinus } from "@tabler/icons-react";
import type { Change, Course, Figure } from "../answers/shown";
import { Sparkline } from "./Sparkline";
import classes from "./widgets.module.css";

export function CardView({ figures, course }: { figures: readonly Figure[]; course?: Course | undefined }) {
  const [first] = figures;
  if (first !== undefined && figures.length === 1) return <Single figure={first} course={course} />;
  return (
    <dl className={classes.figures}>
      {figures.map((figure) => (
        <Box key={figure.label ?? figure.value} className={classes.figure}>
          <Text component="dt" size="xs" c="dimmed" truncate title={figure.label} dir="auto">
            {figure.label}
          </Text>
          <Value figure={figure} className={classes.value} component="dd" />
        </Box>
      ))}
    </dl>
  );
}

function Single({ figure, course }: { figure: Figure; course?: Course | undefined }) {
  return (
    <Box className={classes.single}>
      <Group gap="xs" align="baseline" wrap="wrap">
        <Value figure={figure} className={classes.large} component="p" />
        {figure.change && <ChangeMark change={figure.change} />}
      </Group>
      {course && course.points.length > 1 && <Sparkline course={course} />}
    </Box>
  );
}

type ValueProps = { figure: Figure; className: string | undefined; component: "p" | "dd" };

/** The number; it lights up for a moment when it changes. */
function Value({ figure: { value, exact, hint }, className, component: Component }: ValueProps) {
  const label = [exact, hint].filter(Boolean).join(" · ");
  const number = (
    <Component className={className} data-exact={exact} {...(label ? { tabIndex: 0 } : {})}>
      <span key={value} className={classes.changing}>
        {value}
      </span>
    </Component>
  );
  return label ? (
    <Tooltip label={label} multiline maw={320}>
      {number}
    </Tooltip>
  ) : (
    number
  );
}

const ARROWS = { up: IconArrowUpRight, down: IconArrowDownRight, none: IconMinus };
const COLORS = { good: classes.good, warning: classes.bad, bad: classes.bad, neutral: classes.neutral };

function ChangeMark({ change }: { change: Change }) {
  const Arrow = ARROWS[change.direction];
  return (
    <Tooltip label={change.exact} multiline maw={320}>
      <Text span size="sm" fw={600} tabIndex={0} className={COLORS[change.tone] ?? ""} data-change>
        <Arrow size={14} aria-hidden className={classes.arrow} />
        {change.text}
      </Text>
    </Tooltip>
  );
}
