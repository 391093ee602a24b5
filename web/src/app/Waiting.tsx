/** Fills the window until the first page can be shown. */
import { Center, Loader } from "@mantine/core";

export function Waiting() {
  return (
    <Center h="100vh">
      <Loader type="dots" />
    </Center>
  );
}
