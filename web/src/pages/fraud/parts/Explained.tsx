/** A word or number with its explanation in a tooltip, which the keyboard reaches, too. */
import { Text, type TextProps, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

type Props = TextProps & { hint: ReactNode; children: ReactNode };

export function Explained({ hint, children, ...style }: Props) {
  return (
    <Tooltip label={hint} multiline maw={340}>
      <Text component="span" tabIndex={0} className="tally-explained" {...style}>
        {children}
      </Text>
    </Tooltip>
  );
}
