<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Signed calls to the sidecar. Two kinds of failure, since they mean different things to the person:
 * `tayang_unreachable` (503: nobody knows whether it was done; press again, the key stays) and a refusal of the
 * sidecar (its own code, status and sentence).
 */
final class Sidecar_Client
{
    private const TIMEOUT_S = 8;

    public function __construct(private readonly Settings $settings, private readonly Signature $signature)
    {
    }

    /**
     * POSTs to `/api/v1/sites/<site>/<path>`. Returns the decoded answer.
     *
     * @param array<string, mixed> $body
     * @return array<string, mixed>|\WP_Error
     */
    public function post(string $path, array $body = [], string $language = ''): array|\WP_Error
    {
        if (!$this->settings->is_complete()) {
            return self::unreachable(__('Tayang is not connected yet: an administrator must enter the address of the Tayang server, the site’s name and a secret under Settings.', 'tayang'));
        }
        $url = $this->settings->sidecar_url() . '/api/v1/sites/' . rawurlencode($this->settings->site_id()) . "/$path";
        $body = ['to' => (string) wp_parse_url($url, PHP_URL_PATH), 'language' => $language ?: self::language()] + $body;
        $json = (string) wp_json_encode($body, Content::JSON_FLAGS);
        // Not wp_safe_remote_post: the sidecar usually listens on a private address.
        $answer = wp_remote_post($url, [
            'timeout' => self::TIMEOUT_S,
            'redirection' => 0,
            'headers' => ['Content-Type' => 'application/json', 'Accept' => 'application/json']
                + $this->signature->headers($this->settings->secrets(), $json),
            'body' => $json,
        ]);
        return self::read($answer);
    }

    /** `id` or `en`: the language of the person who asks. */
    public static function language(): string
    {
        return str_starts_with(determine_locale(), 'id') ? 'id' : 'en';
    }

    /** Whether an error leaves open if the command was carried out. */
    public static function is_unanswered(\WP_Error $error): bool
    {
        return $error->get_error_code() === 'tayang_unreachable';
    }

    /**
     * @param array<string, mixed>|\WP_Error $answer
     * @return array<string, mixed>|\WP_Error
     */
    private static function read(array|\WP_Error $answer): array|\WP_Error
    {
        if (is_wp_error($answer)) {
            return self::unreachable(self::down(), $answer->get_error_message());
        }
        $status = (int) wp_remote_retrieve_response_code($answer);
        $data = json_decode((string) wp_remote_retrieve_body($answer), true);
        if ($status >= 200 && $status < 300 && is_array($data)) {
            return $data;
        }
        if ($status < 400 || $status >= 500 || !is_array($data) || !isset($data['code'])) {
            return self::unreachable(self::down(), "HTTP $status");
        }
        return new \WP_Error((string) $data['code'], (string) ($data['detail'] ?? $data['title'] ?? ''), [
            'status' => $status,
            'params' => $data['params'] ?? [],
        ]);
    }

    private static function down(): string
    {
        return __('The Tayang server does not answer. Nothing is lost and nothing was published; press again in a moment. It counts once.', 'tayang');
    }

    private static function unreachable(string $message, string $cause = ''): \WP_Error
    {
        return new \WP_Error('tayang_unreachable', $message, ['status' => 503, 'cause' => $cause]);
    }
}
