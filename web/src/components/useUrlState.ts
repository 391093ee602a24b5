/** State that is part of the address, so that every view and filter can be linked to. */
import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** Returns the value of a query parameter and a function that changes it; the default value is left out of the address.
 *
 * Changing it forgets the parameters in `resets`, e.g. the page of a list whose filter changes.
 */
export function useUrlState(
  name: string,
  initial: string,
  resets: readonly string[] = [],
): [string, (value: string | null) => void] {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (value: string | null) =>
      setParameters(
        (former) => {
          const next = new URLSearchParams(former);
          for (const each of [name, ...resets]) next.delete(each);
          if (value !== null && value !== "" && value !== initial) next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [setParameters, name, initial, resets],
  );
  return [parameters.get(name) ?? initial, change];
}

/** Returns the number of the page in the address, from 0, and a function that changes it. */
export function useUrlPage(): [number, (number: number) => void] {
  const [value, setValue] = useUrlState("page", "0");
  const number = Number(value);
  return [Number.isInteger(number) && number > 0 ? number : 0, (next) => setValue(String(next))];
}
