/** The frame around all pages: navigation, search, preferences, and the request to sign in again. */
import { AppShell, Burger, Group, Image, Loader, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Suspense, useEffect, useState } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { useSession } from "@/session/useSession";
import { text } from "@/text";
import { Connection } from "./Connection";
import { Navigation } from "./Navigation";
import { PreferencesMenu } from "./PreferencesMenu";
import { Search } from "./Search";
import { SignInForm } from "./SignInForm";

export function Shell() {
  const session = useSession();
  const wasSignedIn = useWas(session !== null);
  const [isOpen, { toggle, close }] = useDisclosure();
  const { pathname, search } = useLocation();
  useEffect(close, [pathname, close]);

  if (!wasSignedIn) {
    return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
  }
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a href="#content" className="tally-skip">
        {text.shell.skip}
      </a>
      <AppShell.Header className="tally-surface" px="md">
        <Group h="100%" gap="sm" wrap="nowrap">
          <Burger
            opened={isOpen}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={isOpen ? text.shell.closeNavigation : text.shell.openNavigation}
          />
          <Image src="/tally.svg" w={24} h={24} alt="" />
          <Text fw={700} visibleFrom="xs">
            {text.product}
          </Text>
          <Group gap="xs" ml="auto" wrap="nowrap">
            <Connection />
            <Search />
            <PreferencesMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="tally-surface" p="xs">
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Suspense
          fallback={
            <EmptyState title="">
              <Loader type="dots" />
            </EmptyState>
          }
        >
          <Outlet />
        </Suspense>
      </AppShell.Main>
      <Modal
        opened={session === null}
        onClose={() => undefined}
        withCloseButton={false}
        title={text.signIn.again}
        centered
      >
        <Text size="sm" mb="sm">
          {text.signIn.againHint}
        </Text>
        <SignInForm onSignedIn={() => undefined} />
      </Modal>
    </AppShell>
  );
}

/** Whether something has been true since this was first rendered. */
function useWas(is: boolean): boolean {
  const [was, setWas] = useState(is);
  if (is && !was) setWas(true);
  return was || is;
}
