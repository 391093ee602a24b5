/** Shown until there is something to show: in the whole window, or in the place of a page. */
import { Center, Loader } from "@mantine/core";

export function Waiting({ isPage = false }: { isPage?: boolean }) {
  return (
    <Center h={isPage ? 200 : "100vh"}>
      <Loader type="dots" />
    </Center>
  );
}
