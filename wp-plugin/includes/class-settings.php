<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Where the sidecar is and how we prove who we are. Option `tayang_settings`; constants in wp-config.php win:
 * TAYANG_SIDECAR_URL, TAYANG_SITE_ID, TAYANG_SECRETS (list, or one string with commas).
 */
final class Settings
{
    public const OPTION = 'tayang_settings';
    private const CONSTANTS = [
        'sidecar_url' => 'TAYANG_SIDECAR_URL',
        'site_id' => 'TAYANG_SITE_ID',
        'secrets' => 'TAYANG_SECRETS',
    ];

    private const MAX_DIVISION = 200;

    /** The divisions of every KPU office of a kabupaten or kota. */
    private const DIVISIONS = [
        'Divisi Keuangan, Umum, Logistik, dan Rumah Tangga',
        'Divisi Sosialisasi, Pendidikan Pemilih, Partisipasi Masyarakat, dan SDM',
        'Divisi Perencanaan, Data, dan Informasi',
        'Divisi Teknis Penyelenggaraan',
        'Divisi Hukum dan Pengawasan',
    ];

    /** Base address without a slash at its end; empty before the plugin is set up. */
    public function sidecar_url(): string
    {
        return untrailingslashit(trim((string) $this->value('sidecar_url')));
    }

    public function site_id(): string
    {
        return trim((string) $this->value('site_id'));
    }

    /** @return array<int, string> `whsec_…`; the first one signs, all verify. */
    public function secrets(): array
    {
        return self::list_of_secrets($this->value('secrets'));
    }

    /** Whose cases people see who are no administrators: `office` (all of them) or `own` (those in which they have a part). */
    public function visibility(): string
    {
        return $this->value('visibility') === 'own' ? 'own' : 'office';
    }

    /** @return array<int, string> The office's divisions, as an assignment names them. */
    public function divisions(): array
    {
        $stored = $this->value('divisions');
        return is_array($stored) && $stored ? array_values(array_map('strval', $stored)) : self::DIVISIONS;
    }

    /** @return array<int, string> Post types that only go live through the SOP, beside those of its procedures. */
    public function governed_types(): array
    {
        $stored = $this->value('governed_types');
        return is_array($stored) ? array_values(array_filter(array_map('sanitize_key', array_filter($stored, 'is_string')))) : [];
    }

    /** @return array<int, string> WordPress roles that may look at cases without a role in the SOP. */
    public function viewer_roles(): array
    {
        $stored = $this->value('viewer_roles');
        return is_array($stored) ? array_values(array_map('strval', $stored)) : [];
    }

    public function is_complete(): bool
    {
        return $this->sidecar_url() !== '' && $this->site_id() !== '' && $this->secrets() !== [];
    }

    /** Whether wp-config.php decides this setting, so that a form must not offer it. */
    public function is_fixed(string $key): bool
    {
        return isset(self::CONSTANTS[$key]) && defined(self::CONSTANTS[$key]);
    }

    /**
     * What may be stored: known keys, in their form. A key that `$values` does not have keeps its stored value.
     *
     * @param array<string, mixed> $stored
     * @return array<string, mixed>
     */
    public static function sanitize(mixed $values, array $stored = []): array
    {
        $values = (is_array($values) ? $values : []) + $stored;
        $words = static fn(mixed $list): array => array_values(array_filter(array_map('sanitize_key', array_filter((array) $list, 'is_string'))));
        return [
            'sidecar_url' => untrailingslashit(esc_url_raw(trim((string) ($values['sidecar_url'] ?? '')), ['http', 'https'])),
            'site_id' => sanitize_key($values['site_id'] ?? ''),
            'secrets' => self::list_of_secrets($values['secrets'] ?? []),
            'governed_types' => $words($values['governed_types'] ?? []),
            'visibility' => ($values['visibility'] ?? '') === 'own' ? 'own' : 'office',
            'viewer_roles' => array_values(array_diff($words($values['viewer_roles'] ?? []), ['administrator', Capabilities::ROBOT])),
            'divisions' => self::list_of_divisions($values['divisions'] ?? []),
        ];
    }

    private function value(string $key): mixed
    {
        if ($this->is_fixed($key)) {
            return constant(self::CONSTANTS[$key]);
        }
        $stored = get_option(self::OPTION, []);
        return is_array($stored) ? ($stored[$key] ?? '') : '';
    }

    /** @return array<int, string> */
    private static function list_of_secrets(mixed $value): array
    {
        $list = is_array($value) ? $value : preg_split('/[\s,]+/', (string) $value);
        return array_values(array_filter(array_map(static fn($one) => trim((string) $one), $list)));
    }

    /** @return array<int, string> One name a line; empty: the usual ones. */
    private static function list_of_divisions(mixed $value): array
    {
        $lines = is_array($value) ? $value : preg_split('/\R/u', (string) $value);
        $names = array_map(static fn($line): string => mb_substr(sanitize_text_field((string) $line), 0, self::MAX_DIVISION), $lines ?: []);
        return array_values(array_unique(array_filter($names, static fn(string $name): bool => $name !== '')));
    }
}
