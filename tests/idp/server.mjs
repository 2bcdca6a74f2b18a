// An independent OpenID provider for tests. Everything that varies comes from the environment as one JSON object:
// issuer, port, clients, jwks, accounts (claims by login name).
import Provider from 'oidc-provider';

const { issuer, port, clients, jwks, accounts } = JSON.parse(process.env.OPENID_PROVIDER);

const provider = new Provider(issuer, {
  clients,
  jwks,
  // By default it refuses to call loopback addresses, where our back-channel endpoint is.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
  scopes: ['openid', 'profile', 'email', 'groups'],
  claims: {
    openid: ['sub'],
    profile: ['name', 'given_name', 'preferred_username', 'locale', 'zoneinfo', 'employee_id'],
    email: ['email', 'email_verified'],
    groups: ['groups'],
  },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ['for tests only'] },
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
});

provider.on('backchannel.error', (_ctx, error) => console.log(`backchannel.error ${error.message}`));
provider.on('backchannel.success', () => console.log('backchannel.success'));
provider.listen(port, '127.0.0.1', () => console.log('ready'));
