/** Signs in by key, or by the code of a one-time link: `/sign-in#code=…`. Then goes where the visitor wanted to. */
import { Center, Group, Image, Loader, Paper, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { type ApiError, toApiError } from "@/api/errors";
import { ErrorNotice } from "@/components/ErrorNotice";
import { signInByCode } from "@/session/session";
import { useSession } from "@/session/useSession";
import { text } from "@/text";
import { SignInForm } from "./SignInForm";

export function SignInPage() {
  const navigate = useNavigate();
  const session = useSession();
  const [parameters] = useSearchParams();
  const next = localAddress(parameters.get("next"));
  const { code, failure } = useLinkCode();

  useEffect(() => {
    if (session !== null) void navigate(next, { replace: true });
  }, [session, navigate, next]);

  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder className="tally-surface" p="xl" w="100%" maw={420}>
        <title>{text.signIn.title}</title>
        <Stack>
          <Group gap="sm">
            <Image src="/tally.svg" w={32} h={32} alt="" />
            <Title order={1} size="h3">
              {text.signIn.title}
            </Title>
          </Group>
          {code !== null && failure === null ? (
            <Group>
              <Loader size="sm" />
              <Text>{text.signIn.byLink}</Text>
            </Group>
          ) : (
            <>
              {failure && <ErrorNotice error={failure} title={text.signIn.linkFailed} />}
              <Text size="sm" c="dimmed">
                {text.signIn.intro}
              </Text>
              <SignInForm onSignedIn={() => undefined} />
            </>
          )}
        </Stack>
      </Paper>
    </Center>
  );
}

let spent: string | null = null;

/** Uses the code once, and removes it from the address so that it is in no history. */
function useLinkCode(): { code: string | null; failure: ApiError | null } {
  const { hash } = useLocation();
  const [code] = useState(() => new URLSearchParams(hash.slice(1)).get("code"));
  const [failure, setFailure] = useState<ApiError | null>(null);
  useEffect(() => {
    if (code === null || spent === code) return;
    spent = code;
    history.replaceState(history.state, "", location.pathname + location.search);
    signInByCode(code).catch((error: unknown) => setFailure(toApiError(error)));
  }, [code]);
  return { code, failure };
}

/** Only addresses of this application: a link must not lead people who sign in to a foreign page. */
export function localAddress(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : "/";
}
