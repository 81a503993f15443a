<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Standard Webhooks, both ways: `v1,base64(hmac-sha256(secret, id.timestamp.body))`.
 * Vectors for both languages: tests/vectors/signatures.json.
 */
final class Signature
{
    public const TOLERANCE_S = 300;

    /** Signature of one message. `$secret`: `whsec_` + base64, or base64 alone. */
    public static function sign(string $secret, string $id, int $timestamp, string $body): string
    {
        $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
        if ($key === false || $key === '') {
            throw new \InvalidArgumentException('a webhook secret is whsec_ followed by base64');
        }
        return 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    }

    /**
     * Headers of an outgoing message; the first secret signs.
     *
     * @param array<int, string> $secrets
     * @return array<string, string>
     */
    public function headers(array $secrets, string $body, ?string $id = null, ?int $now = null): array
    {
        $id ??= 'msg_' . wp_generate_uuid4();
        $now ??= time();
        return [
            'webhook-id' => $id,
            'webhook-timestamp' => (string) $now,
            'webhook-signature' => self::sign($secrets[0], $id, $now, $body),
        ];
    }

    /**
     * Whether a message is genuine and in time. Codes: bad_signature, stale_timestamp (both 401).
     *
     * @param array<int, string> $secrets any of them may have signed
     * @param array{id: string, timestamp: string, signature: string} $headers
     */
    public function verify(array $secrets, array $headers, string $body, ?int $now = null): bool|\WP_Error
    {
        if ($headers['id'] === '' || !ctype_digit($headers['timestamp']) || $headers['signature'] === '') {
            return self::refused('bad_signature', __('The call is not signed.', 'tayang'), 401);
        }
        $timestamp = (int) $headers['timestamp'];
        if (!self::matches($secrets, $headers['id'], $timestamp, $body, $headers['signature'])) {
            return self::refused('bad_signature', __('The signature of the call is wrong.', 'tayang'), 401);
        }
        if (abs(($now ?? time()) - $timestamp) > self::TOLERANCE_S) {
            return self::refused(
                'stale_timestamp',
                __('The call was signed more than five minutes ago, or a clock is wrong.', 'tayang'),
                401
            );
        }
        return true;
    }

    /** Remembers a genuine message; refuses one that was here before (409 `replayed`). */
    public function remember(string $id): bool|\WP_Error
    {
        $name = 'tayang_seen_' . md5($id);
        if (get_transient($name) !== false) {
            return self::refused('replayed', __('This very call has been received before.', 'tayang'), 409);
        }
        // A message is only valid for the tolerance on either side of its time, so longer memory is useless.
        set_transient($name, 1, 2 * self::TOLERANCE_S + 60);
        return true;
    }

    /** @param array<int, string> $secrets */
    private static function matches(array $secrets, string $id, int $timestamp, string $body, string $given): bool
    {
        foreach ($secrets as $secret) {
            $expected = self::sign($secret, $id, $timestamp, $body);
            foreach (explode(' ', $given) as $one) {
                if (hash_equals($expected, $one)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static function refused(string $code, string $message, int $status): \WP_Error
    {
        return new \WP_Error($code, $message, ['status' => $status]);
    }
}
